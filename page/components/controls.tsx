/** What goes on the pad other than by drawing: undo and clear, examples, a picture that is opened. */

import { examples } from '../examples.ts';
import { clear, draw, drawing, isEmpty, isInverted, openFile, past, photo, text, undo, unreadable } from '../state.ts';

export function Controls() {
  return (
    <div class="controls">
      <div class="buttons">
        {photo.value ? <BackToDrawing /> : <DrawingButtons />}
        <OpenImage />
        {photo.value ? <Invert /> : null}
      </div>
      <p class="notice" role="status">
        {unreadable.value !== undefined ? text.value.unreadableImage(unreadable.value) : ''}
      </p>
    </div>
  );
}

/** Ten drawings to start from; the way in for those who do not draw. */
export function Examples() {
  return (
    <fieldset class="examples" aria-labelledby="examples">
      <legend id="examples">{text.value.examples}</legend>
      {examples.map((strokes, digit) => (
        <button
          key={digit}
          type="button"
          aria-label={text.value.example(digit)}
          aria-pressed={!photo.value && drawing.value.strokes === strokes}
          onClick={() => draw({ strokes, isExample: true })}
        >
          {digit}
        </button>
      ))}
    </fieldset>
  );
}

function DrawingButtons() {
  return (
    <>
      <button type="button" disabled={past.value.length === 0} onClick={undo}>
        {text.value.undo}
      </button>
      <button type="button" disabled={isEmpty.value} onClick={clear}>
        {text.value.clear}
      </button>
    </>
  );
}

function BackToDrawing() {
  return (
    <button
      type="button"
      onClick={() => {
        photo.value = undefined;
      }}
    >
      {text.value.backToDrawing}
    </button>
  );
}

function Invert() {
  return (
    <label class="check" title={text.value.invertHint}>
      <input
        type="checkbox"
        checked={isInverted.value}
        onChange={(event) => {
          isInverted.value = event.currentTarget.checked;
        }}
      />
      {text.value.invert}
    </label>
  );
}

function OpenImage() {
  return (
    <label class="button">
      <input
        type="file"
        accept="image/*"
        onChange={({ currentTarget: input }) => {
          const file = input.files?.[0];
          if (file) void openFile(file);
          input.value = ''; // so that the same file can be chosen again
        }}
      />
      {text.value.chooseImage}
    </label>
  );
}
