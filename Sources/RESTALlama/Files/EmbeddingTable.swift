internal import CLlama
import Foundation
import RESTA

/// The token embedding table of a model, read from its GGUF file row by row.
///
/// llama.cpp does not give out its embeddings, so they are dequantised here from the same bytes with
/// the same functions. The file stays mapped; only the rows that are asked for are touched.
final class EmbeddingTable: Sendable {
  let dimensions: Int
  let rows: Int
  private let data: Data
  private let start: Int
  private let bytesPerRow: Int
  private let type: ggml_type
  private let scale: Float

  init(_ file: GGUFFile, scale: Float) throws(LlamaError) {
    let (path, tensor) = try Self.find(in: file)
    guard tensor.shape.count == 2, tensor.shape[0] > 0 else {
      throw LlamaError(.damagedFile, "The token embeddings of '\(path)' have no shape.")
    }
    guard Self.isReadable(tensor.type) else {
      let name = unsafe String(cString: ggml_type_name(tensor.type))
      throw LlamaError(
        .unsupportedArchitecture,
        "The token embeddings of '\(path)' are of type \(name), which llama.cpp cannot dequantise. "
          + "Quantise the model with another type for token_embd.")
    }
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw LlamaError(.fileNotFound, "'\(path)' cannot be mapped into memory: \(error)")
    }
    dimensions = tensor.shape[0]
    rows = tensor.shape[1]
    start = tensor.range.lowerBound
    type = tensor.type
    bytesPerRow = ggml_row_size(tensor.type, Int64(tensor.shape[0]))
    self.scale = scale
  }

  /// The vectors of some tokens, scaled, `[tokens, dimensions]`.
  func embeddings(of tokens: [TokenID]) throws(RESTAError) -> EmbeddingMatrix {
    var values: [Float] = []
    values.reserveCapacity(tokens.count * dimensions)
    for token in tokens {
      guard (0..<rows).contains(Int(token)) else {
        throw RESTAError(
          .engineFailed, "Token \(token) is outside of the embedding table (\(rows) rows).")
      }
      values += row(Int(token))
    }
    if scale != 1 { values = values.map { $0 * scale } }
    return EmbeddingMatrix(rows: tokens.count, dimensions: dimensions, values: values)
  }

  /// How large the vectors of some tokens are.
  func measured(on tokens: [TokenID]) throws -> EmbeddingScale {
    let scale = EmbeddingScale(of: try embeddings(of: tokens))
    guard scale.meanNorm.isFinite, scale.rootMeanSquare.isFinite else {
      throw LlamaError(
        .damagedFile, "The model's token embeddings hold values that are not finite.")
    }
    return scale
  }

  private func row(_ index: Int) -> [Float] {
    let offset = start + index * bytesPerRow
    return unsafe [Float](unsafeUninitializedCapacity: dimensions) { buffer, count in
      unsafe data.withUnsafeBytes { bytes in
        let source = unsafe bytes.baseAddress?.advanced(by: offset)
        if let convert = unsafe ggml_get_type_traits(type).pointee.to_float {
          unsafe convert(source, buffer.baseAddress, Int64(dimensions))
        } else if let source = unsafe source, let target = buffer.baseAddress {
          // F32 needs no conversion, and a row of it may be unaligned in the file.
          unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytesPerRow)
        }
      }
      count = dimensions
    }
  }

  private static func isReadable(_ type: ggml_type) -> Bool {
    if type == GGML_TYPE_F32 { return true }
    return unsafe ggml_get_type_traits(type).pointee.to_float != nil
  }

  /// The part of the model that holds the table, and where.
  private static func find(
    in file: GGUFFile
  ) throws(LlamaError) -> (path: String, tensor: GGUFFile.Tensor) {
    let name = "token_embd.weight"
    for path in file.parts {
      let part = path == file.path ? file : try GGUFFile(path: path)
      if let tensor = part.tensors[name] { return (path, tensor) }
    }
    throw LlamaError(
      .damagedFile, "'\(file.path)' has no token embeddings (\(name)); it is not a language model.")
  }
}
