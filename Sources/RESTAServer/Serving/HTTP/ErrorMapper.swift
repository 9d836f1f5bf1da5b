import Hummingbird

/// Turns what a request throws into OpenAI's error objects.
struct ErrorMapper: Sendable {
  /// What can be asked for, and how.
  let routes: RouteTable

  /// What a client is told.
  ///
  /// - Parameters:
  ///   - error: What was thrown.
  ///   - request: By which request.
  ///   - context: Its context; the error's code goes into its notes.
  /// - Returns: The error.
  func error(for error: any Error, _ request: Request, _ context: ServerContext) -> APIError {
    let result =
      if let error = error as? HTTPError, [404, 405].contains(error.status.code) {
        routes.error(method: request.method.rawValue, path: request.uri.path)
      } else {
        APIError(error, log: context.logger)
      }
    context.notes.add("error", result.code ?? result.type)
    return result
  }
}
