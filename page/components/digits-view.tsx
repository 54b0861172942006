/** The view of digits: on the left what is drawn and read, on the right how; on a phone one below the other. */
import { useEffect } from 'preact/hooks';
import { follow } from '../digit-why.ts';
import { failure, network, text } from '../state.ts';
import { Answer, Probabilities } from './answer.tsx';
import { AskWorker } from './ask-worker.tsx';
import { Controls, Examples } from './controls.tsx';
import { Failed } from './failed.tsx';
import { Layers, LayerTable } from './layers.tsx';
import { SketchPad } from './sketch-pad.tsx';

export function DigitsView({ model, isDropping }: { readonly model: string; readonly isDropping: boolean }) {
  useEffect(() => follow(model), [model]);
  return (
    <main class="digits-view">
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
