import Crypto
import Foundation

/// SHA-256 (FIPS 180-4) in lower-case hexadecimals: what data, prompts and model files are known by.
public enum Digest {
  /// The digest of some bytes.
  ///
  /// - Parameter bytes: Any bytes, possibly none.
  /// - Returns: 64 characters.
  /// - Complexity: O(bytes).
  public static func sha256(of bytes: [UInt8]) -> String {
    hexadecimal(SHA256.hash(data: bytes))
  }

  /// The digest of a text's UTF-8 bytes: canonically equivalent texts differ when their bytes do.
  ///
  /// - Parameter text: Any text.
  /// - Returns: 64 characters.
  /// - Complexity: O(bytes).
  public static func sha256(of text: String) -> String {
    sha256(of: Array(text.utf8))
  }

  /// The digest of a file's bytes, read piece by piece: a model file need not fit into memory.
  ///
  /// - Parameter path: The file.
  /// - Returns: 64 characters.
  /// - Throws: ``EvaluationError`` with ``EvaluationError/Code/fileFailed`` when it cannot be read.
  /// - Complexity: O(bytes) time, O(1) memory.
  public static func sha256(ofFile path: String) throws(EvaluationError) -> String {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      var hasher = SHA256()
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hasher.update(data: piece)
      }
      return hexadecimal(hasher.finalize())
    } catch {
      throw EvaluationError(.fileFailed, "\(path): the file cannot be read", cause: error)
    }
  }

  /// A finished digest in hexadecimals.
  static func hexadecimal(_ digest: SHA256Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
