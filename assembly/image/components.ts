/** Connected segments of a map of labels. */

/** A connected component: its pixels, the component it has joined (itself: none), those left and above of its first pixel. */
@unmanaged
class Component {
  size: i32;
  joined: i32;
  left: i32;
  above: i32;

  @inline
  static at(components: usize, index: i32): Component {
    return changetype<Component>(components + ((<usize>index) << 4));
  }
}

/** The component in which `index` has ended up, −1 for none. */
function rootOf(components: usize, index: i32): i32 {
  if (index < 0) return index;
  while (Component.at(components, index).joined != index) index = Component.at(components, index).joined;
  return index;
}

/** Takes a pixel into component `name` where it has the label and no component yet; returns the new stack top. */
function takePixel(
  labels: usize,
  stride: i32,
  width: i32,
  target: usize,
  stack: usize,
  top: i32,
  x: i32,
  y: i32,
  label: i32,
  name: i32,
): i32 {
  const at = target + ((<usize>(y * width + x)) << 2);
  if (load<i32>(at) >= 0 || load<i32>(labels + ((<usize>(y * stride + x)) << 2)) != label) return top;
  store<i32>(at, name);
  store<i32>(stack + ((<usize>top) << 2), (y << 16) | x);
  return top + 1;
}

/**
 * Connected components (by edges) of equal labels, numbered in reading order. Returns their number.
 *   labels [height, stride] i32 · target, stack [height, width] i32 · components: room for one a pixel
 */
function findComponents(
  labels: usize,
  stride: i32,
  width: i32,
  height: i32,
  target: usize,
  stack: usize,
  components: usize,
): i32 {
  memory.fill(target, 0xff, (<usize>(width * height)) << 2);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = target + ((<usize>(y * width + x)) << 2);
      if (load<i32>(at) >= 0) continue;
      const label = load<i32>(labels + ((<usize>(y * stride + x)) << 2));
      let top = takePixel(labels, stride, width, target, stack, 0, x, y, label, count);
      for (let done = 0; done < top; done++) {
        const place = load<i32>(stack + ((<usize>done) << 2));
        const px = place & 0xffff;
        const py = place >> 16;
        if (px > 0) top = takePixel(labels, stride, width, target, stack, top, px - 1, py, label, count);
        if (px + 1 < width) top = takePixel(labels, stride, width, target, stack, top, px + 1, py, label, count);
        if (py > 0) top = takePixel(labels, stride, width, target, stack, top, px, py - 1, label, count);
        if (py + 1 < height) top = takePixel(labels, stride, width, target, stack, top, px, py + 1, label, count);
      }
      const component = Component.at(components, count);
      component.size = top;
      component.left = x > 0 ? load<i32>(at - 4) : -1;
      component.above = y > 0 ? load<i32>(at - ((<usize>width) << 2)) : -1;
      count++;
    }
  }
  return count;
}

/** Pixels of what has joined component `index`. */
function size(sizes: usize, index: i32): i32 {
  return load<i32>(sizes + ((<usize>index) << 2));
}

/** `index` joins the smaller of the components left of it and above, if that has fewer than `below` pixels. */
function join(components: usize, sizes: usize, index: i32, below: i32): void {
  const component = Component.at(components, index);
  const left = rootOf(components, component.left);
  const above = rootOf(components, component.above);
  let to = left;
  if (left < 0 || (above >= 0 && size(sizes, above) < size(sizes, left))) to = above;
  if (to < 0 || size(sizes, to) >= below) return;
  component.joined = to;
  store<i32>(sizes + ((<usize>to) << 2), size(sizes, to) + size(sizes, index));
}

/**
 * Components of fewer than `least` pixels join small neighbours until they are none, or else any neighbour. Returns how
 * many are left. A component joins an earlier one that it touches, so what has joined is connected, and its first is its root.
 *   sizes: i32 [count], of what has joined
 */
function joinSmall(components: usize, count: i32, least: i32, sizes: usize): i32 {
  for (let i = 0; i < count; i++) {
    const component = Component.at(components, i);
    component.joined = i;
    store<i32>(sizes + ((<usize>i) << 2), component.size);
  }
  for (let i = 0; i < count; i++) if (size(sizes, i) < least) join(components, sizes, i, least);
  let left = 0;
  for (let i = 0; i < count; i++) {
    const component = Component.at(components, i);
    if (component.joined == i && size(sizes, i) < least) join(components, sizes, i, i32.MAX_VALUE);
    if (component.joined == i) left++;
  }
  return left;
}

/**
 * segments ← connected segments of labels, numbered from 0; returns their number, at most `most`.
 *   least: pixels, what is smaller joins a neighbour; raised until there are few enough
 *   stack i32 [height, width] · components: room for a pixel each, 16 bytes
 */
export function connect(
  labels: usize,
  stride: i32,
  width: i32,
  height: i32,
  least: i32,
  most: i32,
  segments: usize,
  stack: usize,
  components: usize,
): i32 {
  const count = findComponents(labels, stride, width, height, segments, stack, components);
  const pixels = width * height;
  let left = joinSmall(components, count, least, stack);
  while (left > most && least <= pixels) {
    least += (least >> 2) + 1;
    left = joinSmall(components, count, least, stack);
  }
  // Roots come before what has joined them; their numbers go where the sizes were.
  let next = 0;
  for (let i = 0; i < count; i++) {
    const root = rootOf(components, i);
    store<i32>(stack + ((<usize>i) << 2), root == i ? next++ : load<i32>(stack + ((<usize>root) << 2)));
  }
  for (const end = segments + ((<usize>pixels) << 2); segments < end; segments += 4) {
    store<i32>(segments, load<i32>(stack + ((<usize>load<i32>(segments)) << 2)));
  }
  return left;
}
