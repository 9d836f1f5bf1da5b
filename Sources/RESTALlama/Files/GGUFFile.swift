internal import CLlama
import Foundation

/// A GGUF file's header: what is in it and where, without its weights.
///
/// Checked before llama.cpp sees the file, so that a wrong or cut-off file gives an error that says
/// so and never an abort.
@safe
final class GGUFFile {
  struct Tensor {
    let name: String
    let type: ggml_type
    /// Elements, fastest dimension first.
    let shape: [Int]
    /// Byte range in the file.
    let range: Range<Int>
  }

  let path: String
  let tensors: [String: Tensor]
  private let metadata: OpaquePointer

  /// Opens a file and checks that all of it is there.
  init(path: String) throws(LlamaError) {
    let size = try Self.checkMagic(path)
    LlamaLibrary.initialize()
    // The context that receives the tensors' shapes; their data stays in the file.
    var shapes: OpaquePointer?
    let opened = unsafe withUnsafeMutablePointer(to: &shapes) { shapes in
      unsafe gguf_init_from_file(path, gguf_init_params(no_alloc: true, ctx: shapes))
    }
    guard let opened = unsafe opened else {
      throw LlamaError(
        .damagedFile,
        "'\(path)' is a GGUF file whose header cannot be read: it is cut off or damaged, or of a "
          + "newer version. Download it again. \(LlamaLibrary.takeErrors())")
    }
    defer { if let shapes = unsafe shapes { unsafe ggml_free(shapes) } }
    let tensors = unsafe Self.readTensors(opened, shapes: shapes)
    let end = tensors.values.map(\.range.upperBound).max() ?? 0
    guard end <= size else {
      unsafe gguf_free(opened)
      throw LlamaError(
        .damagedFile,
        "'\(path)' is cut off: it has \(size) bytes and its header describes \(end). "
          + "Download it again.")
    }
    unsafe metadata = opened
    self.path = path
    self.tensors = tensors
    try checkVocabulary()
  }

  deinit { unsafe gguf_free(metadata) }

  /// A text of the metadata, or `nil` when there is none of this name and type.
  func string(_ key: String) -> String? {
    let index = unsafe gguf_find_key(metadata, key)
    guard index >= 0, unsafe gguf_get_kv_type(metadata, index) == GGUF_TYPE_STRING,
      let text = unsafe gguf_get_val_str(metadata, index)
    else { return nil }
    return unsafe String(cString: text)
  }

  /// A number of the metadata of whatever numeric type, or `nil`.
  func number(_ key: String) -> Double? {
    let index = unsafe gguf_find_key(metadata, key)
    guard index >= 0 else { return nil }
    switch unsafe gguf_get_kv_type(metadata, index) {
    case GGUF_TYPE_UINT16: return Double(unsafe gguf_get_val_u16(metadata, index))
    case GGUF_TYPE_UINT32: return Double(unsafe gguf_get_val_u32(metadata, index))
    case GGUF_TYPE_INT32: return Double(unsafe gguf_get_val_i32(metadata, index))
    case GGUF_TYPE_FLOAT32: return Double(unsafe gguf_get_val_f32(metadata, index))
    case GGUF_TYPE_UINT64: return Double(unsafe gguf_get_val_u64(metadata, index))
    default: return nil
    }
  }

  /// How many entries an array of the metadata has, or `nil` when there is none.
  func arrayCount(_ key: String) -> Int? {
    let index = unsafe gguf_find_key(metadata, key)
    guard index >= 0, unsafe gguf_get_kv_type(metadata, index) == GGUF_TYPE_ARRAY else {
      return nil
    }
    return Int(unsafe gguf_get_arr_n(metadata, index))
  }

  /// An array of byte strings of the metadata, or `nil` when there is none.
  ///
  /// Bytes, because Swift's strings compare by canonical equivalence and a vocabulary does not.
  func strings(_ key: String) -> [[UInt8]]? {
    let index = unsafe gguf_find_key(metadata, key)
    guard let count = arrayCount(key),
      unsafe gguf_get_arr_type(metadata, index) == GGUF_TYPE_STRING
    else { return nil }
    return (0..<count).map { entry in
      guard let text = unsafe gguf_get_arr_str(metadata, index, entry) else { return [] }
      return unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text)))
        .map { UInt8(bitPattern: $0) }
    }
  }

  /// The paths of all parts of a model, this one first; one path for a model in one file.
  var parts: [String] {
    guard let count = number("split.count").flatMap({ Int(exactly: $0) }), (1...999).contains(count)
    else { return [path] }
    let first = String(format: "-00001-of-%05d.gguf", count)
    guard count > 1, path.hasSuffix(first) else { return [path] }
    let stem = path.dropLast(first.count)
    return (1...count).map { stem + String(format: "-%05d-of-%05d.gguf", $0, count) }
  }

  /// The file's size in bytes, once it is sure that it starts like a GGUF file.
  private static func checkMagic(_ path: String) throws(LlamaError) -> Int {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw LlamaError(.fileNotFound, "There is no file '\(path)'.")
    }
    guard !isDirectory.boolValue else {
      throw LlamaError(.fileNotFound, "'\(path)' is a folder; give the GGUF file itself.")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw LlamaError(.fileNotFound, "'\(path)' cannot be read: check its permissions.")
    }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: 4), head == Data("GGUF".utf8),
      let size = try? file.seekToEnd()
    else {
      throw LlamaError(
        .notGGUF,
        "'\(path)' is not a GGUF file. Convert the model with llama.cpp's "
          + "convert_hf_to_gguf.py, or download a .gguf file of it.")
    }
    return Int(size)
  }

  private static func readTensors(
    _ metadata: OpaquePointer, shapes: OpaquePointer?
  ) -> [String: Tensor] {
    let start = unsafe gguf_get_data_offset(metadata)
    var tensors: [String: Tensor] = [:]
    for index in 0..<(unsafe gguf_get_n_tensors(metadata)) {
      guard let text = unsafe gguf_get_tensor_name(metadata, index) else { continue }
      let name = unsafe String(cString: text)
      let offset = unsafe gguf_get_tensor_offset(metadata, index)
      let size = unsafe gguf_get_tensor_size(metadata, index)
      let (first, end) = (start &+ offset, start &+ offset &+ size)
      var shape: [Int] = []
      if let tensor = unsafe ggml_get_tensor(shapes, name) {
        shape = unsafe [tensor.pointee.ne.0, tensor.pointee.ne.1].map(Int.init)
      }
      tensors[name] = unsafe Tensor(
        name: name, type: gguf_get_tensor_type(metadata, index), shape: shape,
        // What Int cannot hold comes or ends up negative: such a range ends where no file does.
        range: min(offset, size, first, end) < 0 ? 0..<Int.max : first..<end)
    }
    return tensors
  }
}
