import RESTA
import Testing

/// The block formats of ggml written down again from their description, to check the engine's rows
/// against more than the functions that it calls itself.
enum Dequantizer {
  static let types = ["f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q6_K"]

  /// Bytes and values of one block.
  private static func block(_ type: String) -> (bytes: Int, values: Int) {
    switch type {
    case "f32": (4, 1)
    case "f16", "bf16": (2, 1)
    case "q4_0": (18, 32)
    case "q4_1": (20, 32)
    case "q5_0": (22, 32)
    case "q5_1": (24, 32)
    case "q8_0": (34, 32)
    default: (210, 256)
    }
  }

  static func bytesPerRow(_ type: String, dimensions: Int) -> Int {
    let block = block(type)
    return dimensions / block.values * block.bytes
  }

  static func values(_ bytes: [UInt8], type: String) -> [Float] {
    let size = block(type).bytes
    return stride(from: 0, to: bytes.count, by: size).flatMap {
      values(ofBlock: Array(bytes[$0..<($0 + size)]), type: type)
    }
  }

  private static func values(ofBlock b: [UInt8], type: String) -> [Float] {
    switch type {
    case "f32": [b.float32(at: 0)]
    case "f16": [half(b, 0)]
    case "bf16": [Float(bitPattern: UInt32(b.uint16(at: 0)) << 16)]
    case "q4_0": nibbles(b, at: 2).map { Float(Int($0) - 8) * half(b, 0) }
    case "q4_1": nibbles(b, at: 4).map { Float($0) * half(b, 0) + half(b, 2) }
    case "q5_0":
      fifths(nibbles(b, at: 6), b.uint32(at: 2)).map { Float(Int($0) - 16) * half(b, 0) }
    case "q5_1":
      fifths(nibbles(b, at: 8), b.uint32(at: 4)).map { Float($0) * half(b, 0) + half(b, 2) }
    case "q8_0": b[2..<34].map { Float(Int8(bitPattern: $0)) * half(b, 0) }
    default: sixBits(b)
    }
  }

  /// The low halves of 16 bytes, then their high halves.
  private static func nibbles(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    let part = bytes[offset..<(offset + 16)]
    return part.map { $0 & 15 } + part.map { $0 >> 4 }
  }

  private static func fifths(_ nibbles: [UInt8], _ highBits: UInt32) -> [UInt8] {
    nibbles.enumerated().map { $0.element | UInt8(highBits >> UInt32($0.offset) & 1) << 4 }
  }

  /// Q6_K: 128 bytes of low nibbles, 64 of high bit pairs, 16 scales, and the scales' scale.
  private static func sixBits(_ b: [UInt8]) -> [Float] {
    let scale = half(b, 208)
    return (0..<256).map { index in
      let (part, rest) = (index / 128, index % 128)
      let (quarter, column) = (rest / 32, rest % 32)
      let low = b[part * 64 + column + (quarter % 2) * 32] >> (quarter < 2 ? 0 : 4) & 15
      let high = b[128 + part * 32 + column] >> UInt8(2 * quarter) & 3
      let group = Int8(bitPattern: b[192 + part * 8 + quarter * 2 + column / 16])
      return scale * Float(group) * Float(Int(low | high << 4) - 32)
    }
  }

  private static func half(_ bytes: [UInt8], _ offset: Int) -> Float {
    let bits = bytes.uint16(at: offset)
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
