/** The page as a whole: its views, and what they share: the header, the footer, files that are dropped or pasted. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseAndRemember, language, opened, openFile, text, undo } from '../state.ts';
import { languages, strings } from '../strings.ts';
import { view, views } from '../view.ts';
import { show } from '../vision/state.ts';
import { DigitsView } from './digits-view.tsx';
import { PhotoView } from './photo/photo-view.tsx';

/** @param model whose name the worker knows, for the view of digits */
export function App({ model }: { readonly model: string }) {
  const isDropping = useDroppedFiles();
  useShortcuts();
  const said = view.value === 'photo' ? text.value.photo : text.value;
  return (
    <>
      <header class="masthead">
        <div class="top">
          <p class="name">borde</p>
          <ViewSwitch />
        </div>
        <h1>{said.title}</h1>
        <p>{said.intro}</p>
        <LanguageSwitch />
      </header>
      {view.value === 'photo' ? (
        <PhotoView isDropping={isDropping} />
      ) : (
        <DigitsView model={model} isDropping={isDropping} />
      )}
      <footer>{said.footer}</footer>
    </>
  );
}

function ViewSwitch() {
  return (
    <nav class="views" aria-label={text.value.views}>
      {views.map((each) => (
        <a key={each} href={`#${each}`} aria-current={each === view.value ? 'page' : undefined}>
          {text.value.view[each]}
        </a>
      ))}
    </nav>
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
      if (file) void (view.value === 'photo' ? show(file, file.name) : openFile(file));
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
      if (view.value !== 'digits' || event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      undo();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
