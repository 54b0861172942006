/** Every node of the graph in a row: what it is, what it does, and what it makes of the picture. */
import type { GraphNode } from '../../engine/graph.ts';
import { isMap } from '../feature-maps.ts';
import type { Kind } from '../kinds.ts';
import type { Network } from '../network.ts';
import { integer, opened, text } from '../state.ts';
import { FeatureGrid, FeatureStrip } from './feature-grid.tsx';
import { MapDetail } from './map-detail.tsx';

/** What a kind is called in the visitor's language; a kind without an entry keeps its own name. */
const kindOf = (kind: string): Kind | undefined => (text.value.kinds as Readonly<Record<string, Kind>>)[kind];

/** `[-1,26,26,32]` → `26 × 26 × 32`, with thin spaces: on a phone every pixel counts. */
const formatSides = (shape: readonly number[]): string => shape.slice(1).map(integer).join('\u2009×\u2009');

export function Layers({ network }: { readonly network: Network }) {
  return (
    <section class="layers" aria-labelledby="layers">
      <header>
        <h2 id="layers">{text.value.layers}</h2>
        <p>{text.value.layersExplained}</p>
        <p class="legend">
          <span class="negative">{text.value.legendNegative}</span>
          <span class="zero">{text.value.legendZero}</span>
          <span class="positive">{text.value.legendPositive}</span>
        </p>
      </header>
      {network.nodes.map((node) => (
        <Layer key={node.id} node={node} network={network} />
      ))}
    </section>
  );
}

function Layer({ node, network }: { readonly node: GraphNode; readonly network: Network }) {
  const { shape } = network.describe(node.id);
  const kind = kindOf(node.kind);
  const chosen = opened.value?.node === node.id ? opened.value : undefined;
  return (
    <section class="layer" data-layer={node.id}>
      <header>
        <h3>
          {node.id} <span>{kind?.name ?? node.kind}</span>
        </h3>
        <p class="shape">{formatSides(shape)}</p>
      </header>
      {kind ? <p>{kind.does}</p> : null}
      {isMap(shape) ? <FeatureGrid node={node.id} shape={shape} /> : <FeatureStrip node={node.id} shape={shape} />}
      {chosen ? <MapDetail node={chosen.node} channel={chosen.channel} /> : null}
    </section>
  );
}

/** Shapes, weights and multiply-adds of every layer, and their sums. */
export function LayerTable({ network: { description } }: { readonly network: Network }) {
  return (
    <section class="table" aria-labelledby="table">
      <h2 id="table">{text.value.table}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.value.layer}</th>
            <th scope="col">{text.value.output}</th>
            <th scope="col">{text.value.weights}</th>
            <th scope="col">{text.value.multiplyAdds}</th>
          </tr>
        </thead>
        <tbody>
          {description.layers.map(({ id, kind, shape, parameters, macs }) => (
            <tr key={id}>
              <th scope="row">
                {id} <span>{kindOf(kind)?.name ?? kind}</span>
              </th>
              <td>{formatSides(shape)}</td>
              <td>{parameters > 0 ? integer(parameters) : '–'}</td>
              <td>{macs > 0 ? integer(macs) : '–'}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {text.value.total}
            </th>
            <td>{integer(description.parameters)}</td>
            <td>{integer(description.macs)}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
