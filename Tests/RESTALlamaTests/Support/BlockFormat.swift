import RESTATesting

/// A number format of weights, by ggml's number for it, and how to fill its blocks at random.
enum BlockFormat: UInt32, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_K = 10
  case q3_K = 11
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case bf16 = 30

  /// Values and bytes of a block, and its half-precision scales: where each lies, and the sign and
  /// exponent that make weights of about a tenth, as many above zero as below.
  private var block: (values: Int, bytes: Int, scales: [(offset: Int, exponent: UInt16)]) {
    switch self {
    case .f32, .f16: (1, 2, [(0, 0x2800)])
    case .bf16: (1, 2, [(0, 0x3D00)])
    case .q4_0: (32, 18, [(0, 0x2000)])
    case .q4_1: (32, 20, [(0, 0x2000), (2, 0xAC00)])
    case .q5_0: (32, 22, [(0, 0x1C00)])
    case .q5_1: (32, 24, [(0, 0x1C00), (2, 0xAC00)])
    case .q8_0: (32, 34, [(0, 0x1000)])
    case .q2_K: (256, 84, [(80, 0x1400), (82, 0x1400)])
    case .q3_K: (256, 110, [(108, 0x1000)])
    case .q4_K: (256, 144, [(0, 0x0400), (2, 0x1000)])
    case .q5_K: (256, 176, [(0, 0x0200), (2, 0x1000)])
    case .q6_K: (256, 210, [(208, 0x0100)])
    }
  }

  /// Blocks whose quants are random bytes, and whose scales are small numbers; `f32` is not for it.
  func randomBytes(values: Int, using generator: inout SeededGenerator) -> [UInt8] {
    let block = block
    let count = values / block.values * block.bytes
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      let word = generator.next()
      for shift in UInt64(0)..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
    }
    bytes.removeLast(bytes.count - count)
    for start in stride(from: 0, to: count, by: block.bytes) {
      for (offset, exponent) in block.scales.map({ (start + $0.offset, $0.exponent) }) {
        // The mantissa stays random, and a plain number's sign; what has no exponent keeps less.
        let mantissa: UInt16 = self == .bf16 || exponent < 0x0400 ? 0x007F : 0x03FF
        let kept = block.values == 1 ? 0x8000 | mantissa : mantissa
        let scale = (UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8) & kept | exponent
        bytes[offset] = UInt8(truncatingIfNeeded: scale)
        bytes[offset + 1] = UInt8(scale >> 8)
      }
    }
    return bytes
  }
}
