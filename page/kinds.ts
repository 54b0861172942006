/** What each kind of layer is called and does, for people, in the page's two languages. */
import type { LayerKind } from '../engine/layers/index.ts';

/** A name, and one sentence. */
export interface Kind {
  readonly name: string;
  readonly does: string;
}

export const kinds: Readonly<Record<'en' | 'es', Readonly<Record<LayerKind, Kind>>>> = {
  en: {
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
    abs: { name: 'absolute value', does: 'Drops the sign: how far each value is from zero.' },
    adaptiveAveragePool2d: {
      name: 'adaptive average pooling',
      does: 'Cuts the map into a fixed number of windows and keeps the mean of each, however large the picture is.',
    },
    adaptiveMaxPool2d: {
      name: 'adaptive max pooling',
      does: 'Cuts the map into a fixed number of windows and keeps the largest value of each.',
    },
    ceil: { name: 'round up', does: 'Rounds every value up to a whole number.' },
    clip: { name: 'clip', does: 'Keeps what lies between two limits and cuts off the rest.' },
    concat: { name: 'concatenation', does: 'Puts several stacks of maps one behind the other.' },
    convTranspose2d: {
      name: 'transposed convolution',
      does: 'Every value paints its filter onto a larger map: a convolution run backwards, to make pictures larger.',
    },
    depthToSpace: {
      name: 'depth to space',
      does: 'Takes maps apart and lays their values side by side: fewer maps, more pixels.',
    },
    div: { name: 'division', does: 'Divides one stack of maps by another, value by value.' },
    elu: { name: 'ELU', does: 'Keeps what is positive and lets the rest level off gently at a negative number.' },
    erf: { name: 'error function', does: 'Squeezes values between −1 and 1 along a bell curve’s area.' },
    exp: { name: 'exponential', does: 'Raises e to each value: all become positive, large ones very large.' },
    expand: { name: 'expand', does: 'Repeats values until the shape fits. Nothing is computed.' },
    fakeQuantize: {
      name: 'eight bits',
      does: 'Moves every value to the nearest of 256 levels, as numbers of eight bits hold it.',
    },
    floor: { name: 'round down', does: 'Rounds every value down to a whole number.' },
    gather: { name: 'selection', does: 'Picks some maps, rows or columns by their numbers.' },
    gelu: { name: 'GELU', does: 'Keeps large values, drops very negative ones, and fades smoothly in between.' },
    groupNorm: {
      name: 'group norm',
      does: 'Brings each group of maps of one picture to mean 0 and variance 1, then scales and shifts it.',
    },
    hardSigmoid: { name: 'hard sigmoid', does: 'A sigmoid made of three straight lines: 0, a slope, 1.' },
    hardSwish: {
      name: 'hard swish',
      does: 'Multiplies each value by its hard sigmoid: negative ones fade out, positive ones pass.',
    },
    instanceNorm2d: {
      name: 'instance norm',
      does: 'Brings each map of each picture to mean 0 and variance 1, so that contrast no longer matters.',
    },
    layerNorm: {
      name: 'layer norm',
      does: 'Brings the values at each place to mean 0 and variance 1, then scales and shifts them.',
    },
    leakyRelu: { name: 'leaky ReLU', does: 'Keeps what is positive and lets a little of what is negative through.' },
    log: { name: 'logarithm', does: 'Takes the natural logarithm: large values move closer together.' },
    logSoftmax: { name: 'log-softmax', does: 'The logarithm of softmax: scores as log-probabilities.' },
    matMul: {
      name: 'matrix product',
      does: 'Multiplies two matrices that the network has computed: how attention compares places.',
    },
    max: { name: 'larger of two', does: 'Keeps the larger of two values at each place.' },
    min: { name: 'smaller of two', does: 'Keeps the smaller of two values at each place.' },
    mul: { name: 'multiplication', does: 'Multiplies two stacks of maps: one can turn maps of the other up or down.' },
    neg: { name: 'negation', does: 'Turns every sign around.' },
    pad: { name: 'padding', does: 'Puts a border around the maps: zeros, the edge again, or a mirror image.' },
    pow: { name: 'power', does: 'Raises values to a power.' },
    prelu: {
      name: 'PReLU',
      does: 'A leaky ReLU that has learned for each map how much of the negative to let through.',
    },
    reciprocal: { name: 'reciprocal', does: 'Divides one by each value.' },
    reduceMax: { name: 'maximum over axes', does: 'Keeps the largest value along some axes.' },
    reduceMean: { name: 'mean over axes', does: 'Keeps the mean along some axes.' },
    reduceMin: { name: 'minimum over axes', does: 'Keeps the smallest value along some axes.' },
    reduceSum: { name: 'sum over axes', does: 'Adds up the values along some axes.' },
    reshape: { name: 'reshape', does: 'Reads the same numbers under another shape. Nothing is computed.' },
    resize: { name: 'resize', does: 'Makes the maps larger or smaller, as a picture is scaled.' },
    scale: { name: 'scale', does: 'Multiplies each map by one number.' },
    sigmoid: { name: 'sigmoid', does: 'Squeezes each value between 0 and 1: how sure, on its own.' },
    silu: { name: 'SiLU', does: 'Multiplies each value by its sigmoid: a ReLU with a soft corner.' },
    slice: { name: 'slice', does: 'Cuts a piece out.' },
    softplus: { name: 'softplus', does: 'A ReLU without a corner: always positive, always smooth.' },
    spaceToDepth: { name: 'space to depth', does: 'Stacks neighbouring pixels as maps: fewer pixels, more maps.' },
    sqrt: { name: 'square root', does: 'Takes the square root of each value.' },
    sub: { name: 'subtraction', does: 'Takes one stack of maps from another, value by value.' },
    tanh: { name: 'tanh', does: 'Squeezes each value between −1 and 1.' },
    transpose: { name: 'transpose', does: 'Puts the axes into another order. Nothing is computed.' },
  },
  es: {
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
    abs: { name: 'valor absoluto', does: 'Quita el signo: a qué distancia de cero está cada valor.' },
    adaptiveAveragePool2d: {
      name: 'promedio adaptativo',
      does: 'Divide el mapa en un número fijo de ventanas y guarda la media de cada una, sea cual sea el tamaño de la imagen.',
    },
    adaptiveMaxPool2d: {
      name: 'máximo adaptativo',
      does: 'Divide el mapa en un número fijo de ventanas y guarda el mayor valor de cada una.',
    },
    ceil: { name: 'redondeo hacia arriba', does: 'Redondea cada valor al entero superior.' },
    clip: { name: 'recorte', does: 'Conserva lo que está entre dos límites y recorta el resto.' },
    concat: { name: 'concatenación', does: 'Pone varias pilas de mapas una detrás de otra.' },
    convTranspose2d: {
      name: 'convolución transpuesta',
      does: 'Cada valor pinta su filtro en un mapa mayor: una convolución al revés, para agrandar imágenes.',
    },
    depthToSpace: {
      name: 'canales a espacio',
      does: 'Desarma mapas y pone sus valores uno al lado del otro: menos mapas, más píxeles.',
    },
    div: { name: 'división', does: 'Divide una pila de mapas por otra, valor a valor.' },
    elu: { name: 'ELU', does: 'Conserva lo positivo y deja que el resto se aplane suavemente en un número negativo.' },
    erf: { name: 'función error', does: 'Comprime los valores entre −1 y 1 según el área de una campana de Gauss.' },
    exp: { name: 'exponencial', does: 'Eleva e a cada valor: todos se vuelven positivos, los grandes muy grandes.' },
    expand: { name: 'expansión', does: 'Repite valores hasta que la forma encaja. No se calcula nada.' },
    fakeQuantize: {
      name: 'ocho bits',
      does: 'Lleva cada valor al más cercano de 256 niveles, como lo guardan los números de ocho bits.',
    },
    floor: { name: 'redondeo hacia abajo', does: 'Redondea cada valor al entero inferior.' },
    gather: { name: 'selección', does: 'Elige algunos mapas, filas o columnas por su número.' },
    gelu: { name: 'GELU', does: 'Conserva los valores grandes, descarta los muy negativos y suaviza la transición.' },
    groupNorm: {
      name: 'normalización por grupos',
      does: 'Lleva cada grupo de mapas de una imagen a media 0 y varianza 1, y luego lo escala y desplaza.',
    },
    hardSigmoid: { name: 'sigmoide dura', does: 'Una sigmoide hecha de tres rectas: 0, una pendiente, 1.' },
    hardSwish: {
      name: 'hard swish',
      does: 'Multiplica cada valor por su sigmoide dura: los negativos se apagan, los positivos pasan.',
    },
    instanceNorm2d: {
      name: 'normalización por instancia',
      does: 'Lleva cada mapa de cada imagen a media 0 y varianza 1, de modo que el contraste ya no importa.',
    },
    layerNorm: {
      name: 'normalización por capa',
      does: 'Lleva los valores de cada posición a media 0 y varianza 1, y luego los escala y desplaza.',
    },
    leakyRelu: { name: 'ReLU con fuga', does: 'Conserva lo positivo y deja pasar un poco de lo negativo.' },
    log: { name: 'logaritmo', does: 'Toma el logaritmo natural: los valores grandes se acercan.' },
    logSoftmax: { name: 'log-softmax', does: 'El logaritmo de softmax: puntuaciones como log-probabilidades.' },
    matMul: {
      name: 'producto de matrices',
      does: 'Multiplica dos matrices que la red ha calculado: así compara posiciones la atención.',
    },
    max: { name: 'mayor de dos', does: 'Conserva el mayor de dos valores en cada posición.' },
    min: { name: 'menor de dos', does: 'Conserva el menor de dos valores en cada posición.' },
    mul: {
      name: 'multiplicación',
      does: 'Multiplica dos pilas de mapas: una puede realzar o atenuar mapas de la otra.',
    },
    neg: { name: 'negación', does: 'Cambia todos los signos.' },
    pad: { name: 'relleno', does: 'Pone un borde alrededor de los mapas: ceros, el margen repetido o un espejo.' },
    pow: { name: 'potencia', does: 'Eleva los valores a una potencia.' },
    prelu: {
      name: 'PReLU',
      does: 'Una ReLU con fuga que ha aprendido, para cada mapa, cuánto de lo negativo deja pasar.',
    },
    reciprocal: { name: 'recíproco', does: 'Divide uno por cada valor.' },
    reduceMax: { name: 'máximo por ejes', does: 'Conserva el mayor valor a lo largo de algunos ejes.' },
    reduceMean: { name: 'media por ejes', does: 'Conserva la media a lo largo de algunos ejes.' },
    reduceMin: { name: 'mínimo por ejes', does: 'Conserva el menor valor a lo largo de algunos ejes.' },
    reduceSum: { name: 'suma por ejes', does: 'Suma los valores a lo largo de algunos ejes.' },
    reshape: { name: 'cambio de forma', does: 'Lee los mismos números con otra forma. No se calcula nada.' },
    resize: { name: 'redimensión', does: 'Agranda o reduce los mapas, como se escala una imagen.' },
    scale: { name: 'escala', does: 'Multiplica cada mapa por un número.' },
    sigmoid: { name: 'sigmoide', does: 'Comprime cada valor entre 0 y 1: cuánta certeza, por sí solo.' },
    silu: { name: 'SiLU', does: 'Multiplica cada valor por su sigmoide: una ReLU con la esquina suave.' },
    slice: { name: 'corte', does: 'Recorta un trozo.' },
    softplus: { name: 'softplus', does: 'Una ReLU sin esquina: siempre positiva, siempre suave.' },
    spaceToDepth: { name: 'espacio a canales', does: 'Apila píxeles vecinos como mapas: menos píxeles, más mapas.' },
    sqrt: { name: 'raíz cuadrada', does: 'Toma la raíz cuadrada de cada valor.' },
    sub: { name: 'resta', does: 'Resta una pila de mapas de otra, valor a valor.' },
    tanh: { name: 'tanh', does: 'Comprime cada valor entre −1 y 1.' },
    transpose: { name: 'transposición', does: 'Pone los ejes en otro orden. No se calcula nada.' },
  },
};
