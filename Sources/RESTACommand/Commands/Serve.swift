import ArgumentParser
import Foundation
import Logging
import RESTAServer

/// `resta serve`: an OpenAI-compatible server with a playground.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the defended model over HTTP, compatible with OpenAI's API.",
    discussion: """
      Serves /v1/chat/completions, /v1/completions, /v1/models, /health, /metrics and a playground at \
      /. Each setting can stand in a YAML file (--config), in the environment (RESTA_SERVE_ and the \
      setting's name, as in RESTA_SERVE_LIMITS_QUEUE) or on the command line, which wins over the \
      environment, which wins over the file. docs/server.md says more, docs/threat-model.md what is \
      defended against and what is not.

      A request can choose its own defence in a "resta" object, within what the operator allows: by \
      default nothing. Ctrl-C lets running answers finish; a second one ends at once.

      Examples:
        resta serve --playground
        resta serve --print-config > resta.yaml && resta serve --config resta.yaml
        RESTA_API_KEYS=$(openssl rand -hex 24) resta serve --host 0.0.0.0 --sticky
      """)

  @OptionGroup(title: "Settings") var arguments: ServeArguments

  @Flag(help: "Print all settings as a file for --config, and end.")
  var printConfig = false

  @Flag(help: "Print the settings as JSON, with --print-config.")
  var json = false

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var settings = try arguments.settings(environment: environment)
    guard printConfig || !json else {
      throw Failure.usage("--json is for --print-config; the log's format is --log-format.")
    }
    guard !printConfig else {
      return json ? try JSONOutput.print(settings) : Terminal.write(settings.yaml())
    }
    let logger = Self.logger(settings.log)
    let secrets = try ServerSecrets(
      keyFile: try settings.keys.file.map { try Self.keys($0, logger) }, environment: environment)
    let llama = try ServedLlama(settings)
    settings.model.name = settings.model.name ?? llama.fileName
    for warning in settings.warnings(hasKeys: secrets.hasKeys) {
      logger.warning("\(warning)")
    }
    if let note = secrets.note(for: settings) { logger.notice("\(note)") }
    let seconds = settings.limits.shutdownSeconds
    let hasPage = settings.page
    let server = try ChatServer(settings: settings, secrets: secrets, logger: logger) { progress in
      let (model, summary) = try await llama.load(progress: progress)
      logger.notice("Ready: \(summary)")
      return model
    }
    try await Interrupt.asking {
      logger.notice(
        "Stopping: answers may finish for \(seconds.formatted()) s; Ctrl-C again ends at once")
      Task { await server.shutDown() }
    } _: {
      try await server.run { address in
        logger.notice("Listening on \(address)")
        if hasPage { logger.notice("The playground is at \(address)/") }
      }
    }
  }

  private static func logger(_ settings: ServerSettings.Log) -> Logger {
    var logger = Logger(label: "resta") { _ in
      ServerLogHandler(label: "resta", format: settings.format == .json ? .json : .text)
    }
    logger.logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
    return logger
  }

  private static func keys(_ path: String, _ logger: Logger) throws -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure.usage("The key file '\(path)' cannot be read as text.")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let mode = (attributes?[.posixPermissions] as? Int) ?? 0
    // Not refused: secrets of containers are readable to all inside, by design.
    if mode & 0o007 != 0 {
      logger.warning(
        "The key file '\(path)' can be read by every user of this machine; 'chmod 600' makes it yours."
      )
    }
    return text
  }
}
