import Foundation

/// Writes GGUF files of any content, sound or not, without llama.cpp's help.
struct GGUFBuilder {
  /// A metadata value with its GGUF type.
  enum Value {
    case uint32(UInt32)
    case uint64(UInt64)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case strings([[UInt8]])
    case int32s([Int32])
    case float32s([Float])

    fileprivate var bytes: [UInt8] {
      switch self {
      case .uint32(let value): tag(4) + little(value)
      case .int32(let value): tag(5) + little(UInt32(bitPattern: value))
      case .float32(let value): tag(6) + little(value.bitPattern)
      case .bool(let value): tag(7) + [value ? 1 : 0]
      case .string(let value): tag(8) + text(Array(value.utf8))
      case .uint64(let value): tag(10) + little(value)
      case .strings(let values):
        tag(9) + tag(8) + little(UInt64(values.count)) + values.flatMap(text)
      case .int32s(let values):
        tag(9) + tag(5) + little(UInt64(values.count))
          + values.flatMap { little(UInt32(bitPattern: $0)) }
      case .float32s(let values):
        tag(9) + tag(6) + little(UInt64(values.count)) + values.flatMap { little($0.bitPattern) }
      }
    }
  }

  struct Tensor {
    var name: String
    /// Fastest dimension first.
    var shape: [Int]
    /// ggml's number of the type; 0 is F32.
    var type: UInt32 = 0
    var bytes: [UInt8]
  }

  var version: UInt32 = 3
  var metadata: [(key: String, value: Value)] = []
  var tensors: [Tensor] = []

  /// Sets a value, or removes it.
  subscript(key: String) -> Value? {
    get { metadata.first { $0.key == key }?.value }
    set {
      let index = metadata.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): metadata[index].value = value
      case (let index?, nil): metadata.remove(at: index)
      case (nil, let value?): metadata.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// What stands in front of the tensors' data.
  var header: [UInt8] {
    var bytes = Array("GGUF".utf8) + little(version) + little(UInt64(tensors.count))
    bytes += little(UInt64(metadata.count))
    for (key, value) in metadata { bytes += text(Array(key.utf8)) + value.bytes }
    var offset = 0
    for tensor in tensors {
      bytes += text(Array(tensor.name.utf8)) + little(UInt32(tensor.shape.count))
      bytes += tensor.shape.flatMap { little(UInt64($0)) }
      bytes += little(tensor.type) + little(UInt64(offset))
      offset += padded(tensor.bytes.count)
    }
    return padding(bytes)
  }

  var file: [UInt8] { tensors.reduce(header) { $0 + padding($1.bytes) } }

  func write(_ path: String) throws {
    try Data(file).write(to: URL(fileURLWithPath: path))
  }
}

private func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }

private func padding(_ bytes: [UInt8]) -> [UInt8] {
  bytes + [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
}

private func tag(_ type: UInt32) -> [UInt8] { little(type) }

private func text(_ bytes: [UInt8]) -> [UInt8] { little(UInt64(bytes.count)) + bytes }

private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> (8 * Number($0))) }
}
