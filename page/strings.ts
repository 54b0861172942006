/** All that the page says, in its two languages. */
import type { LayerKind } from '../engine/layers/index.ts';

/** What a kind of layer is called, and what it does, in one sentence. */
export interface Kind {
  readonly name: string;
  readonly does: string;
}

const en = {
  language: 'English',
  title: 'A network that reads digits',
  intro: 'Draw a digit and watch a convolutional network read it, layer by layer, in your browser.',
  languages: 'Language',
  pad: 'Drawing pad for one digit',
  padHint: 'Draw a digit here, or drop an image',
  exampleHint: 'An example: draw over it',
  undo: 'Undo',
  clear: 'Clear',
  examples: 'Or take an example',
  example: (digit: number) => `Example of a ${digit}`,
  chooseImage: 'Open image',
  backToDrawing: 'Draw',
  invert: 'Invert',
  invertHint: 'The network knows light ink on black.',
  unreadableImage: (name: string) => `This browser cannot read “${name}” as an image.`,
  networkInput: 'The network’s view',
  networkInputExplained: 'White on black, scaled and centred.',
  answer: 'Reads as',
  noAnswer: 'nothing yet',
  probabilities: 'Probability of each digit',
  runTime: (milliseconds: string) => `${milliseconds} ms a run`,
  askWorker: 'Ask the worker',
  asking: 'Asking…',
  workerExplained: 'Send the same picture to the network on the edge and compare.',
  here: 'Here',
  worker: 'Worker',
  roundTrip: (milliseconds: string) => `${milliseconds} ms there and back`,
  ofWhichRun: (milliseconds: string) => `${milliseconds} ms of it the run`,
  agrees: 'They agree.',
  differs: 'They differ.',
  workerFailed: (reason: string) => `The worker did not answer: ${reason}`,
  layers: 'What each layer makes of it',
  layersExplained: 'Every small picture is one feature map. Choose one to enlarge it.',
  legendNegative: 'negative',
  legendZero: 'zero',
  legendPositive: 'positive',
  map: (channel: number, node: string) => `Map ${channel} of ${node}`,
  strip: (node: string, length: number) => `${length} values of ${node}`,
  close: 'Close',
  range: (min: string, max: string) => `Values from ${min} to ${max}`,
  filter: (channel: number, node: string, size: string) => `Filter ${channel} of ${node}, ${size}`,
  filterExplained: 'The map is positive where the picture looks like this filter.',
  deepFilterExplained: (maps: number) => `This filter reads ${maps} maps at once, with a window for each of them.`,
  bias: (value: string) => `bias ${value}`,
  table: 'Layers in numbers',
  layer: 'Layer',
  output: 'Output',
  weights: 'Weights',
  multiplyAdds: 'Multiply-adds',
  total: 'Total',
  loading: 'Loading the network…',
  failures: {
    model: 'The network’s file could not be loaded, so nothing can be read.',
    simd: 'This browser has no WebAssembly SIMD, which the network needs. A current browser has it.',
    other: 'The network could not be started.',
  },
  footer: 'The picture never leaves your device unless you ask the worker.',
  kinds: {
    conv2d: {
      name: 'convolution',
      does: 'Each filter slides a small window over its input and adds up the products: the sum is large where the input looks like the filter.',
    },
    depthwiseConv2d: {
      name: 'depthwise convolution',
      does: 'Every map is filtered by a window of its own; maps are not mixed.',
    },
    relu: {
      name: 'ReLU',
      does: 'Keeps what is positive and sets the rest to zero, so that a map only tells where its pattern was found.',
    },
    relu6: { name: 'ReLU6', does: 'Keeps what lies between 0 and 6 and cuts off the rest.' },
    maxPool2d: {
      name: 'max pooling',
      does: 'Keeps the largest value of each window: the map shrinks, and small shifts of the digit no longer matter.',
    },
    averagePool2d: { name: 'average pooling', does: 'Replaces each window by its mean: the map shrinks.' },
    globalAveragePool2d: {
      name: 'global average pooling',
      does: 'Replaces each map by its mean: how much of its pattern there is, no longer where.',
    },
    globalMaxPool2d: {
      name: 'global max pooling',
      does: 'Keeps the largest value of each map: whether its pattern was found, no longer where.',
    },
    bias: { name: 'bias', does: 'Adds one number to each map.' },
    batchNorm2d: { name: 'batch norm', does: 'Shifts and scales each map so that its values stay in a handy range.' },
    add: { name: 'addition', does: 'Adds two stacks of maps, so that a block only has to learn what to change.' },
    dropout: {
      name: 'dropout',
      does: 'Only matters in training, where it forgets values at random; here it does nothing.',
    },
    flatten: { name: 'flatten', does: 'Lays all maps out as one row of numbers. Nothing is computed.' },
    dense: {
      name: 'dense',
      does: 'Each unit is a weighted sum of all the numbers before it: evidence from all maps comes together.',
    },
    softmax: { name: 'softmax', does: 'Turns scores into probabilities: all positive, together 1.' },
    constant: { name: 'constant', does: 'Numbers that belong to the model and never change.' },
  } satisfies Partial<Record<LayerKind, Kind>>,
};

export type Strings = typeof en;

const es: Strings = {
  language: 'Español',
  title: 'Una red que lee cifras',
  intro: 'Dibuja una cifra y mira cómo la lee una red convolucional, capa por capa, en tu navegador.',
  languages: 'Idioma',
  pad: 'Lienzo para dibujar una cifra',
  padHint: 'Dibuja aquí una cifra o suelta una imagen',
  exampleHint: 'Un ejemplo: dibuja encima',
  undo: 'Deshacer',
  clear: 'Borrar',
  examples: 'O toma un ejemplo',
  example: (digit) => `Ejemplo de un ${digit}`,
  chooseImage: 'Abrir imagen',
  backToDrawing: 'Dibujar',
  invert: 'Invertir',
  invertHint: 'La red conoce tinta clara sobre negro.',
  unreadableImage: (name) => `Este navegador no puede leer «${name}» como imagen.`,
  networkInput: 'Lo que ve la red',
  networkInputExplained: 'Blanco sobre negro, a escala y centrado.',
  answer: 'Se lee como',
  noAnswer: 'nada aún',
  probabilities: 'Probabilidad de cada cifra',
  runTime: (milliseconds) => `${milliseconds} ms por pasada`,
  askWorker: 'Preguntar al worker',
  asking: 'Preguntando…',
  workerExplained: 'Envía la misma imagen a la red en el borde y compara.',
  here: 'Aquí',
  worker: 'Worker',
  roundTrip: (milliseconds) => `${milliseconds} ms ida y vuelta`,
  ofWhichRun: (milliseconds) => `${milliseconds} ms de ellos la pasada`,
  agrees: 'Coinciden.',
  differs: 'No coinciden.',
  workerFailed: (reason) => `El worker no respondió: ${reason}`,
  layers: 'Qué hace cada capa con ella',
  layersExplained: 'Cada imagen pequeña es un mapa de características. Elige uno para ampliarlo.',
  legendNegative: 'negativo',
  legendZero: 'cero',
  legendPositive: 'positivo',
  map: (channel, node) => `Mapa ${channel} de ${node}`,
  strip: (node, length) => `${length} valores de ${node}`,
  close: 'Cerrar',
  range: (min, max) => `Valores de ${min} a ${max}`,
  filter: (channel, node, size) => `Filtro ${channel} de ${node}, ${size}`,
  filterExplained: 'El mapa es positivo donde la imagen se parece a este filtro.',
  deepFilterExplained: (maps) => `Este filtro lee ${maps} mapas a la vez, con una ventana para cada uno.`,
  bias: (value) => `sesgo ${value}`,
  table: 'Las capas en números',
  layer: 'Capa',
  output: 'Salida',
  weights: 'Pesos',
  multiplyAdds: 'Mult.-sumas',
  total: 'Total',
  loading: 'Cargando la red…',
  failures: {
    model: 'No se pudo cargar el archivo de la red, así que no se puede leer nada.',
    simd: 'Este navegador no tiene WebAssembly SIMD, que la red necesita. Un navegador actual lo tiene.',
    other: 'No se pudo poner en marcha la red.',
  },
  footer: 'La imagen no sale de tu dispositivo, salvo que preguntes al worker.',
  kinds: {
    conv2d: {
      name: 'convolución',
      does: 'Cada filtro desliza una pequeña ventana sobre su entrada y suma los productos: la suma es grande donde la entrada se parece al filtro.',
    },
    depthwiseConv2d: {
      name: 'convolución por canal',
      does: 'Cada mapa se filtra con su propia ventana; los mapas no se mezclan.',
    },
    relu: {
      name: 'ReLU',
      does: 'Conserva lo positivo y pone a cero el resto: así un mapa solo dice dónde apareció su patrón.',
    },
    relu6: { name: 'ReLU6', does: 'Conserva lo que está entre 0 y 6 y recorta el resto.' },
    maxPool2d: {
      name: 'pooling máximo',
      does: 'Conserva el mayor valor de cada ventana: el mapa encoge y un pequeño desplazamiento de la cifra ya no importa.',
    },
    averagePool2d: {
      name: 'pooling medio',
      does: 'Sustituye cada ventana por su media: el mapa encoge.',
    },
    globalAveragePool2d: {
      name: 'pooling medio global',
      does: 'Sustituye cada mapa por su media: cuánto hay de su patrón, ya no dónde.',
    },
    globalMaxPool2d: {
      name: 'pooling máximo global',
      does: 'Conserva el mayor valor de cada mapa: si apareció su patrón, ya no dónde.',
    },
    bias: { name: 'sesgo', does: 'Suma un número a cada mapa.' },
    batchNorm2d: {
      name: 'normalización por lotes',
      does: 'Desplaza y escala cada mapa para que sus valores sigan en un rango cómodo.',
    },
    add: { name: 'suma', does: 'Suma dos grupos de mapas: un bloque solo tiene que aprender qué cambiar.' },
    dropout: { name: 'dropout', does: 'Solo importa al entrenar, donde olvida valores al azar; aquí no hace nada.' },
    flatten: { name: 'aplanar', does: 'Pone todos los mapas en una sola fila de números. No se calcula nada.' },
    dense: {
      name: 'densa',
      does: 'Cada unidad es una suma ponderada de todos los números anteriores: se juntan los indicios de todos los mapas.',
    },
    softmax: { name: 'softmax', does: 'Convierte puntuaciones en probabilidades: todas positivas, en total 1.' },
    constant: { name: 'constante', does: 'Números que son parte del modelo y nunca cambian.' },
  },
};

export const strings = { en, es } satisfies Record<string, Strings>;

export type Language = keyof typeof strings;

export const languages = Object.keys(strings) as Language[];

/** The first of the visitor's languages (BCP 47 tags, most wanted first) that the page speaks; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}
