import Foundation
package import RESTA

/// Embedding rows as `torch.save` writes a tensor: the one form in which vLLM takes them.
///
/// A zip archive without compression: a pickle that describes the tensor, its numbers, and two small files that
/// say how to read them.
package struct TensorArchive: Sendable {
  /// In which numbers rows travel; the server casts them to its own.
  package enum Number: String, Sendable, CaseIterable {
    /// Exact.
    case float32
    /// Half the bytes; the same for a server that computes in bfloat16.
    case bfloat16

    fileprivate var storage: String { self == .float32 ? "FloatStorage" : "BFloat16Storage" }
  }

  package let bytes: [UInt8]

  /// Packs rows, `[tokens, dimensions]`; throws `nonFiniteOutput` for a number that is not finite, also in a smaller
  /// type only: a server would take it and answer with nonsense.
  package init(_ rows: EmbeddingMatrix, as number: Number) throws(RESTAError) {
    guard rows.isFinite else { throw Self.notFinite }
    let pickle = Self.pickle(rows: rows.rows, columns: rows.dimensions, storage: number.storage)
    let data = try Self.data(rows, as: number)
    var archive = ZipArchive()
    archive.append("archive/data.pkl", pickle)
    archive.append("archive/byteorder", Array("little".utf8))
    archive.append("archive/data/0", data)
    archive.append("archive/version", Array("3\n".utf8))
    bytes = archive.finished()
  }

  private static var notFinite: RESTAError {
    RESTAError(
      .nonFiniteOutput,
      "An embedding row holds a number that is not finite; sigma may be too large.")
  }

  private static func data(_ rows: EmbeddingMatrix, as number: Number) throws(RESTAError) -> [UInt8]
  {
    var bytes: [UInt8] = []
    switch number {
    case .float32:
      bytes.reserveCapacity(rows.values.count * 4)
      for value in rows.values {
        let bits = value.bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
    case .bfloat16:
      bytes.reserveCapacity(rows.values.count * 2)
      for value in rows.values {
        // Rounded to the nearest, to the even one of two, as the server would.
        let bits = value.bitPattern
        let rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
        guard rounded & 0x7F80 != 0x7F80 else { throw notFinite }
        bytes.append(UInt8(truncatingIfNeeded: rounded))
        bytes.append(UInt8(truncatingIfNeeded: rounded >> 8))
      }
    }
    return bytes
  }

  /// `_rebuild_tensor_v2(storage, 0, (rows, columns), (columns, 1), False, OrderedDict())` in protocol 2.
  private static func pickle(rows: Int, columns: Int, storage: String) -> [UInt8] {
    func integer(_ value: Int) -> [UInt8] {
      Array("J".utf8) + ZipArchive.little(UInt32(truncatingIfNeeded: value))
    }
    func text(_ value: String) -> [UInt8] {
      Array("X".utf8) + ZipArchive.little(UInt32(value.utf8.count)) + Array(value.utf8)
    }
    func name(_ module: String, _ member: String) -> [UInt8] {
      Array("c\(module)\n\(member)\n".utf8)
    }
    var pickle: [UInt8] = [0x80, 2]
    pickle += name("torch._utils", "_rebuild_tensor_v2") + Array("((".utf8)
    pickle += text("storage") + name("torch", storage) + text("0") + text("cpu")
    pickle += integer(rows * columns) + Array("tQ".utf8)
    pickle += integer(0) + integer(rows) + integer(columns) + [0x86]
    pickle += integer(columns) + integer(1) + [0x86, 0x89]
    pickle += name("collections", "OrderedDict") + Array(")RtR.".utf8)
    return pickle
  }
}

/// Writes a zip archive of files that are stored as they are.
struct ZipArchive {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  static func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
  static func little(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

  /// Adds a file of less than 4 GiB.
  mutating func append(_ name: String, _ content: [UInt8]) {
    let offset = UInt32(bytes.count)
    let size = Self.little(UInt32(content.count))
    // Version 2.0, no flags, no compression, and the first day that a zip archive knows.
    let common =
      [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0] + Self.little(Self.checksum(content)) + size + size
      + Self.little(UInt16(name.utf8.count)) + [0, 0]
    bytes += [0x50, 0x4B, 3, 4] + common + Array(name.utf8)
    bytes += content
    // Its owner may read and write it.
    directory += [0x50, 0x4B, 1, 2, 20, 0] + common + [0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1]
    directory += Self.little(offset) + Array(name.utf8)
    count += 1
  }

  /// The archive, with the directory at its end.
  func finished() -> [UInt8] {
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + Self.little(count) + Self.little(count)
      + Self.little(UInt32(directory.count)) + Self.little(UInt32(bytes.count)) + [0, 0]
    return bytes + directory + end
  }

  /// CRC-32 as zip has it (ISO 3309, reflected).
  static func checksum(_ content: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = .max
    for byte in content { sum = sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
    return ~sum
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
  }
}
