/** The page as a whole: on the left what is drawn and read, on the right how; on a phone one below the other. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseAndRemember, failure, language, network, opened, openFile, text, undo } from '../state.ts';
import { languages, strings } from '../strings.ts';
import { Answer, Probabilities } from './answer.tsx';
import { AskWorker } from './ask-worker.tsx';
import { Controls, Examples } from './controls.tsx';
import { Layers, LayerTable } from './layers.tsx';
import { SketchPad } from './sketch-pad.tsx';

export function App({ model }: { readonly model: string }) {
  const isDropping = useDroppedFiles();
  useShortcuts();
  return (
    <>
      <header class="masthead">
        <div>
          <p class="name">borde</p>
          <h1>{text.value.title}</h1>
          <p>{text.value.intro}</p>
        </div>
        <LanguageSwitch />
      </header>
      <main>
        <div class="reader">
          <SketchPad isDropping={isDropping} />
          <Controls />
          <Answer />
          <Probabilities />
          <Examples />
          <AskWorker model={model} />
        </div>
        <div class="inside">{failure.value ? <Failed /> : <Inside />}</div>
      </main>
      <footer>{text.value.footer}</footer>
    </>
  );
}

function Inside() {
  if (!network.value) return <p role="status">{text.value.loading}</p>;
  return (
    <>
      <Layers network={network.value} />
      <LayerTable network={network.value} />
    </>
  );
}

function Failed() {
  return (
    <div class="failure" role="alert">
      <p>{text.value.failures[failure.value?.kind ?? 'other']}</p>
      <p class="muted" lang="en">
        {failure.value?.detail}
      </p>
    </div>
  );
}

function LanguageSwitch() {
  return (
    <nav class="languages" aria-label={text.value.languages}>
      {languages.map((choice) => (
        <button
          key={choice}
          type="button"
          lang={choice}
          aria-label={strings[choice].language}
          title={strings[choice].language}
          aria-pressed={choice === language.value}
          onClick={() => chooseAndRemember(choice)}
        >
          {choice.toUpperCase()}
        </button>
      ))}
    </nav>
  );
}

/** A picture may be dropped anywhere, or pasted; true while one hovers over the page. */
function useDroppedFiles(): boolean {
  const isDropping = useSignal(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault(); // otherwise the browser opens the file instead of the page
      isDropping.value = event.type === 'dragover';
    };
    const take = (files: FileList | undefined) => {
      const file = files?.[0];
      if (file) void openFile(file);
    };
    const drop = (event: DragEvent) => {
      over(event);
      take(event.dataTransfer?.files);
    };
    const paste = (event: ClipboardEvent) => take(event.clipboardData?.files);
    addEventListener('dragover', over);
    addEventListener('dragleave', over);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', over);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return isDropping.value;
}

/** Ctrl+Z (⌘Z) undoes, Escape closes the enlarged map. */
function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') opened.value = undefined;
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      undo();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
