/** Ways to a photo: a file, the camera of a phone, two examples. Dropping and pasting are app.tsx's. */
import astronaut from '../../photos/astronaut.jpg';
import cat from '../../photos/cat.jpg';
import { text } from '../../state.ts';
import { photo, show, showExample, unreadable } from '../../vision/state.ts';

const examples = { cat, astronaut } as const;

export function PhotoControls() {
  return (
    <div class="controls">
      <div class="buttons">
        <FileButton label={text.value.photo.open} />
        <FileButton label={text.value.photo.camera} isCamera />
      </div>
      <p class="notice" role="status">
        {unreadable.value !== undefined ? text.value.unreadableImage(unreadable.value) : ''}
      </p>
      <fieldset class="example-photos" aria-labelledby="example-photos">
        <legend id="example-photos">{text.value.photo.examples}</legend>
        {(Object.keys(examples) as (keyof typeof examples)[]).map((key) => (
          <button
            key={key}
            type="button"
            aria-pressed={photo.value?.isExample === true && photo.value.name === key}
            onClick={() => void showExample(examples[key], key)}
          >
            <img src={examples[key]} alt="" width={64} height={64} />
            {text.value.photo.example[key]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function FileButton({ label, isCamera = false }: { readonly label: string; readonly isCamera?: boolean }) {
  return (
    <label class={isCamera ? 'button camera' : 'button'}>
      <input
        type="file"
        accept="image/*"
        capture={isCamera ? 'environment' : undefined}
        onChange={({ currentTarget: input }) => {
          const file = input.files?.[0];
          if (file) void show(file, file.name);
          input.value = ''; // so that the same file can be chosen again
        }}
      />
      {label}
    </label>
  );
}
