/**
 * Constants in all lanes, and rounding. V8 puts a literal vector together anew at every use, three or four instructions
 * each time; from memory it costs one load.
 */

const MAGIC = memory.data<f32>([12582912, 12582912, 12582912, 12582912], 16);
const HALF = memory.data<f32>([0.5, 0.5, 0.5, 0.5], 16);
const ONE = memory.data<f32>([1, 1, 1, 1], 16);
const WHITE = memory.data<f32>([255, 255, 255, 255], 16);

export class Vector {
  @inline
  static half(): v128 {
    return v128.load(HALF);
  }

  @inline
  static one(): v128 {
    return v128.load(ONE);
  }

  /** 255. */
  @inline
  static white(): v128 {
    return v128.load(WHITE);
  }

  /** The nearest integer as i32, halves to even; |v| < 2²². Adding 1.5·2²³ leaves it in the lower bits. */
  @inline
  static nearest(v: v128): v128 {
    const magic = v128.load(MAGIC);
    return i32x4.sub(f32x4.add(v, magic), magic);
  }

  /** floor(v + ½) as i32; |v| < 2²². */
  @inline
  static rounded(v: v128): v128 {
    return Vector.nearest(f32x4.floor(f32x4.add(v, Vector.half())));
  }
}
