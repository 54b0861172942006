/** The photo view: the photo with what was found in it, beside it a list, the time it took, and the worker's answer. */
import { useEffect } from 'preact/hooks';
import { enter } from '../../vision/state.ts';
import { Comparison } from './comparison.tsx';
import { Findings } from './findings.tsx';
import { ModelChoice } from './model-choice.tsx';
import { PhotoControls } from './photo-controls.tsx';
import { Picture } from './picture.tsx';

export function PhotoView({ isDropping }: { readonly isDropping: boolean }) {
  useEffect(() => void enter(), []);
  return (
    <main class="photo-view">
      <div class="looked-at">
        <Picture isDropping={isDropping} />
        <PhotoControls />
      </div>
      <div class="found">
        <Findings />
        <ModelChoice />
        <Comparison />
      </div>
    </main>
  );
}
