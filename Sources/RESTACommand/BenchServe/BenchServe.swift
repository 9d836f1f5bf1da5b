import ArgumentParser
import Foundation
import Logging
import RESTA
import RESTADocuments
import RESTALlama
import RESTALocal
import RESTARefusals
import RESTAServer

/// `resta bench serve`: what serving several clients at once gains.
struct BenchServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Measure the server: clients at once against calls one after the other.",
    discussion: """
      Starts the server in this process, on a free port of 127.0.0.1, and sends it the same requests \
      with different numbers of clients; each repeat is compared with the same number of calls of the \
      library, one after the other, without a server. Undefended first, then defended, with the same \
      noise in both. 'same' counts answers that are those of the sequential calls; the rest differ \
      where a near-tie was rounded otherwise. Other work on the machine makes the numbers wrong.

      Where llama-server of the same llama.cpp, as it comes, is there ('make stock-llama'), it answers \
      the undefended requests too, in turns, with the same model, threads and cache: the last columns \
      are the server's tokens per second against its, and how many answers are the same.

      Examples:
        resta bench serve
        resta bench serve --clients 1,8 --requests 32 --json
      """)

  @Option(help: ArgumentHelp("How many clients at once.", valueName: "n,..."))
  var clients = NumberList([1, 4, 8])

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many requests, whatever the number of clients.", valueName: "n"))
  var requests = 16

  @Option(
    help: ArgumentHelp(
      "Ask the first ones of this file instead of prompts of about 20 tokens.", valueName: "file"))
  var prompts: String?

  @Option(
    help: ArgumentHelp(
      """
      The llama-server of an unchanged llama.cpp, to measure beside the undefended model; 'none': \
      without. (default: what 'make stock-llama' built, if it did)
      """, valueName: "file"))
  var stock: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The most tokens of an answer.", valueName: "m"))
  var answerTokens = 50

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How often each is measured.", valueName: "n"))
  var repeats = 3

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments

  @Flag(help: "Print one JSON object; the table goes to the error output.")
  var json = false

  func run() async throws {
    try check()
    let prompts = try texts()
    var settings = ServerSettings()
    settings.listen.port = 0
    settings.model.file = try Models.resolve(model.model)
    settings.client.off = true
    let most = clients.values.max() ?? 1
    settings.limits.concurrency = most
    settings.limits.queue = requests
    settings.limits.requestSeconds = 3600
    settings.limits.queueSeconds = 3600
    settings.limits.answerTokens = max(answerTokens, settings.limits.answerTokens)
    settings.limits.workTokens = .max
    settings.defense.chosen = defense.chosen
    let room = ServerCapacity.usualRoom(settings.inForce(try model.calibration()))
    let loaded = try await model.load(
      parallelCells: room.cells, parallelSequences: room.sequences)
    _ = try await loaded.passCosts()
    let template = try model.template(for: loaded)
    let own = try apply(to: &settings, loaded.information)
    let longest = try prompts.map {
      try Generation.tokenize([.user($0)], for: loaded, template: template).tokens.count
    }.max()
    let stock = try StockServer(
      stock, path: settings.model.file ?? "", model: loaded, clients: most,
      requestTokens: (longest ?? 0) + answerTokens + 64)

    var logger = Logger(label: "resta") { _ in ServerLogHandler(label: "resta") }
    logger.logLevel = .warning
    let secrets = try ServerSecrets()
    let server = try ChatServer(
      settings: settings, secrets: secrets, logger: logger
    ) { _ in LoadedModel(model: loaded, template: template) { RefusalPhraseJudge().isRefusal($0) } }
    let (addresses, source) = AsyncStream<String>.makeStream()
    let runs = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { source.finish() }
        try await server.run { source.yield($0) }
      }
      var first = addresses.makeAsyncIterator()
      guard let address = await first.next() else {
        try await group.waitForAll()
        throw Failure.failed("The server did not start.")
      }
      let runs = try await measure(
        ServeBench(
          model: loaded, template: template, defense: own, secrets: secrets, address: address,
          prompts: prompts, answerTokens: answerTokens, repeats: repeats, stock: stock))
      await server.shutDown()
      try await group.waitForAll()
      return runs
    }
    guard json else { return }
    try JSONOutput.print(
      ServeBenchReport(
        machine: MachineReport(), resta: Version.number, llamaCpp: LlamaModel.libraryVersion,
        model: loaded.information.name, repeats: repeats, runs: runs))
  }

  private func measure(_ bench: ServeBench) async throws -> [ServeRun] {
    show(ServeRun.title)
    var runs: [ServeRun] = []
    for subject in [BenchSubject.undefended, .fast] {
      let measured = try await bench.run(subject, clients: clients.values) { text in
        Terminal.status(text)
      }
      Terminal.status("")
      for run in measured { show(run.row) }
      runs += measured
    }
    return runs
  }

  private func show(_ line: String) {
    if json { Terminal.error(line) } else { Terminal.line(line) }
  }

  /// The server's defence and the library's must be one.
  private func apply(
    to settings: inout ServerSettings, _ model: ModelInformation
  ) throws -> DefenseSettings {
    let own = try defense.settings(for: model)
    try own.checkBesideUndefended()
    guard own.seed == nil else {
      throw Failure.usage("--seed is not for this: each prompt's noise follows from the prompt.")
    }
    // Both draw the noise that follows from the prompt, so that their answers can be compared.
    settings.defense.sticky = true
    settings.defense.chosen = Chosen(choosing: own)
    return own
  }

  private func check() throws {
    for count in clients.values { try Failure.check("--clients", count, atMost: 64) }
    try Failure.check("--requests", requests, atMost: 10_000)
    try Failure.check("--answer-tokens", answerTokens, atMost: 1 << 24)
    try Failure.check("--repeats", repeats)
    try defense.check()
    try model.check()
  }

  /// What is asked: different things, as clients do.
  private func texts() throws -> [String] {
    if let prompts {
      let list = try PromptList(prompts).prompts.prefix(requests).map(\.text)
      guard list.count == requests else {
        throw Failure.usage(
          "'\(prompts)' has \(list.count) prompts, and --requests is \(requests).")
      }
      return list
    }
    let things = [
      "a lighthouse", "a sailing boat", "a windmill", "a clock", "a bicycle", "a bridge",
      "a telescope", "a kite",
    ]
    return (0..<requests).map { index in
      let thing = things[index % things.count]
      return "In a few sentences, please explain how \(thing) works. This is question \(index + 1)."
    }
  }
}
