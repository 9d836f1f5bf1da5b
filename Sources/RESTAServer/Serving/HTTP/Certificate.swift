import NIOSSL

/// Reads the files of a TLS server.
enum Certificate {
  /// The configuration for a certificate and its key; `nil` when none is set.
  ///
  /// - Parameter listen: Names the files, both in PEM.
  /// - Returns: The configuration.
  /// - Throws: ``ServerError`` with `unreadableFile`.
  static func configuration(
    _ listen: ServerSettings.Listen
  ) throws(ServerError) -> TLSConfiguration? {
    guard let certificate = listen.tlsCertificate, let key = listen.tlsKey else { return nil }
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(certificate)
      let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
      return .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    } catch {
      throw ServerError(
        .unreadableFile,
        "The certificate '\(certificate)' and the key '\(key)' cannot be used: \(error). Both must "
          + "be PEM files that this process may read.", cause: error)
    }
  }
}
