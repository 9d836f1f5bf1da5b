import Foundation

/// SHA-256 (FIPS 180-4), piece by piece.
///
/// Written out because it is all that we need of a library of cryptography that takes minutes to compile:
/// it has the standard's known answers as tests, and nothing in it to keep up. Its time depends on the
/// number of bytes alone: no branch and no table is chosen by them.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var count: UInt64 = 0
  private var words = [UInt32](repeating: 0, count: 64)

  package init() {}

  package mutating func update(_ bytes: some Collection<UInt8>) {
    count += UInt64(bytes.count)
    pending.append(contentsOf: bytes)
    var start = 0
    while pending.count - start >= 64 {
      compress(at: start)
      start += 64
    }
    pending.removeFirst(start)
  }

  /// The digest of all bytes: 32 of them.
  package consuming func finalized() -> [UInt8] {
    let bits = count * 8
    var tail: [UInt8] = [0x80]
    tail += repeatElement(0, count: (119 - Int(count % 64)) % 64)
    tail += stride(from: 56, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: bits >> UInt64($0))
    }
    update(tail)
    return state.flatMap { word in
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  private mutating func compress(at start: Int) {
    for index in 0..<16 {
      let byte = start + 4 * index
      words[index] =
        UInt32(pending[byte]) << 24 | UInt32(pending[byte + 1]) << 16
        | UInt32(pending[byte + 2]) << 8 | UInt32(pending[byte + 3])
    }
    for index in 16..<64 {
      let (early, late) = (words[index - 15], words[index - 2])
      let first = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ (early >> 3)
      let second = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ (late >> 10)
      words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
      let first = h &+ sum1 &+ ((e & f) ^ (~e & g)) &+ Self.constants[index] &+ words[index]
      let sum0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
      let second = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
      state[index] = state[index] &+ value
    }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}

/// Digests of whole texts and files, and codes under a secret.
package enum Digest {
  /// SHA-256 of some bytes: 32 of them.
  package static func bytes(of bytes: some Collection<UInt8>) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalized()
  }

  /// SHA-256 of some bytes in lower-case hexadecimals: 64 characters.
  package static func sha256(of bytes: some Collection<UInt8>) -> String {
    hexadecimal(self.bytes(of: bytes))
  }

  /// SHA-256 of a text's UTF-8 bytes: canonically equivalent texts differ when their bytes do.
  package static func sha256(of text: String) -> String { sha256(of: Array(text.utf8)) }

  /// HMAC-SHA256 (RFC 2104): 32 bytes.
  package static func authenticationCode(
    of message: some Collection<UInt8>, key: some Collection<UInt8>
  ) -> [UInt8] {
    var block = key.count > 64 ? bytes(of: key) : Array(key)
    block += repeatElement(0, count: 64 - block.count)
    return bytes(of: block.map { $0 ^ 0x5C } + bytes(of: block.map { $0 ^ 0x36 } + Array(message)))
  }

  /// Whether two digests are the same, in a time that does not depend on where they differ.
  package static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    var difference: UInt8 = 0
    for index in first.indices { difference |= first[index] ^ second[index] }
    return difference == 0
  }

  /// SHA-256 of several texts, so that neither their borders nor their order can be confused: of each
  /// text's UTF-8 bytes behind their number (64 bits, the least byte first).
  package static func sha256(ofTexts texts: [String]) -> String {
    var hash = SHA256()
    for text in texts {
      let length = UInt64(text.utf8.count)
      hash.update((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
      hash.update(Array(text.utf8))
    }
    return hexadecimal(hash.finalized())
  }

  /// SHA-256 of a file's bytes, read piece by piece: a model file need not fit into memory.
  package static func sha256(ofFile path: String) throws(DocumentError) -> String {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      var hash = SHA256()
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hash.update(Array(piece))
      }
      return hexadecimal(hash.finalized())
    } catch {
      throw DocumentError("\(path): the file cannot be read (\(error.systemReason))", cause: error)
    }
  }

  /// Bytes in lower-case hexadecimals.
  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
