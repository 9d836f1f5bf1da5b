import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RESTA
import RESTADocuments
import RESTALlama
import RESTALocal
import RESTAServer

/// Measures a running server against calls of the library, in turns.
struct ServeBench {
  /// What one repeat of one subject saw.
  private struct Sample {
    let sequential: Double
    let served: ServeLoad.Round
    let same: Int
    /// The same requests to llama.cpp's own server.
    let stock: ServeLoad.Round?
  }

  let model: any LanguageModel
  let template: ChatTemplate?
  let defense: DefenseSettings
  /// The server's, which its noise follows from.
  let secrets: ServerSecrets
  let address: String
  let prompts: [String]
  let answerTokens: Int
  let repeats: Int
  /// Measured beside the undefended model.
  let stock: StockServer?

  /// Measures `undefended` or `fast` with each number of clients.
  ///
  /// - Throws: ``Failure`` when the server refuses; what generating throws.
  func run(
    _ subject: BenchSubject, clients: [Int], report: (String) -> Void
  ) async throws -> [ServeRun] {
    let load = ServeLoad(
      address: address, prompts: prompts, answerTokens: answerTokens,
      isUndefended: subject == .undefended)
    try await load.warmUp(clients: clients.max() ?? 1)
    var samples: [[Sample]] = clients.map { _ in [] }
    for number in 1...repeats {
      report("\(subject.rawValue), repeat \(number): one after the other")
      let (texts, sequential) = try await callOneByOne(subject)
      for (index, count) in clients.enumerated() {
        report("\(subject.rawValue), repeat \(number): \(count) clients")
        let served = try await load.send(clients: count)
        var beside: ServeLoad.Round?
        if subject == .undefended, let stock {
          report("llama-server, repeat \(number): \(count) clients")
          beside = try await stock.serve { address in
            let load = ServeLoad(
              address: address, prompts: prompts, answerTokens: answerTokens, isUndefended: nil)
            try await load.warmUp(clients: clients.max() ?? 1)
            return try await load.send(clients: count)
          }
        }
        samples[index].append(
          Sample(
            sequential: sequential, served: served, same: served.same(as: texts), stock: beside))
      }
    }
    return zip(clients, samples).map { summary(subject, clients: $0, $1) }
  }

  /// The same answers without a server, the way a program that uses the library would get them.
  private func callOneByOne(_ subject: BenchSubject) async throws -> ([String], Double) {
    let start = ContinuousClock.now
    var texts: [String] = []
    for prompt in prompts {
      let tokenized = try Generation.tokenize([.user(prompt)], for: model, template: template)
      var defense = subject == .undefended ? .none : defense
      defense.seed = secrets.stickySeed(for: tokenized.rendered.text)
      let result = try await Generation(
        model: model, prompt: tokenized, defense: defense,
        options: GenerationOptions(maximumTokens: answerTokens),
        probe: try .byPhrases(for: defense, model: model, template: template)
      ).result()
      texts.append(result.text)
    }
    return (texts, (ContinuousClock.now - start) / .seconds(1))
  }

  private func summary(_ subject: BenchSubject, clients: Int, _ samples: [Sample]) -> ServeRun {
    let speedups = samples.map { $0.sequential / $0.served.seconds }
    let latencies = samples.flatMap { $0.served.answers.map(\.seconds) }
    let speeds = samples.map(\.served.tokensPerSecond)
    let pairs = samples.compactMap { sample in
      sample.stock.map { (ours: sample.served.tokensPerSecond, stock: $0.tokensPerSecond) }
    }
    let sameAsStock = samples.reduce(0) { count, sample in
      count + sample.served.same(as: (sample.stock?.answers ?? []).map(\.text))
    }
    func median(_ values: [Double]) -> Double { BenchRun.median(values) ?? 0 }
    return ServeRun(
      decoder: subject, clients: clients, requests: prompts.count, answerTokens: answerTokens,
      wallS: median(samples.map(\.served.seconds)), sequentialS: median(samples.map(\.sequential)),
      speedup: median(speedups), speedupLowest: speedups.min() ?? 0,
      speedupHighest: speedups.max() ?? 0, tokensPerS: median(speeds),
      latencyMedianS: median(latencies), latencyHighestS: latencies.max() ?? 0,
      sameAnswers: samples.reduce(0) { $0 + $1.same },
      answers: samples.count * prompts.count,
      stock: StockServed(rates: pairs, sameAnswers: sameAsStock))
  }
}

/// The requests that a server is measured with: the same ones each time, through HTTP or without.
struct ServeLoad: Sendable {
  /// A request's answer, and how long it took.
  struct Answer: Sendable {
    let text: String
    let tokens: Int
    let seconds: Double
  }

  /// All requests once: their answers by prompt, and how long they took together.
  struct Round: Sendable {
    let answers: [Answer]
    let seconds: Double

    /// Tokens of all answers per second.
    var tokensPerSecond: Double { Double(answers.reduce(0) { $0 + $1.tokens }) / seconds }

    /// How many answers are these texts, to the byte.
    func same(as texts: [String]) -> Int {
      zip(answers, texts).count { Array($0.text.utf8) == Array($1.utf8) }
    }
  }

  /// Where the server is.
  let address: String
  /// What is asked, one message each.
  let prompts: [String]
  let answerTokens: Int
  /// Whether the defence is switched off; `nil` for a server that has none.
  let isUndefended: Bool?

  // The library's shared one opens 8 connections, and gives up on a reply that is silent for 90 s.
  private static let http: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Sends each client's first request, which is not measured: connections and caches are there then.
  func warmUp(clients: Int) async throws {
    _ = try await ServeLoad(
      address: address, prompts: Array(repeating: "Hello.", count: clients), answerTokens: 2,
      isUndefended: isUndefended
    ).send(clients: clients)
  }

  /// Sends all requests with so many clients, at least one, each of which has one request under way.
  ///
  /// - Throws: ``Failure`` when the server refuses; what the connection throws.
  func send(clients: Int) async throws -> Round {
    let start = ContinuousClock.now
    let answers = try await withThrowingTaskGroup(of: [(Int, Answer)].self) { group in
      for client in 0..<clients {
        group.addTask {
          var own: [(Int, Answer)] = []
          for index in stride(from: client, to: prompts.count, by: clients) {
            own.append((index, try await ask(prompts[index])))
          }
          return own
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return Round(answers: answers.sorted { $0.0 < $1.0 }.map(\.1), seconds: seconds)
  }

  private func ask(_ prompt: String) async throws -> Answer {
    let body = Body(
      messages: [.user(prompt)], maxTokens: answerTokens, temperature: 0,
      resta: isUndefended.map { $0 ? ["noise": "none"] : [:] })
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var request = HTTPClientRequest(url: address + "/v1/chat/completions")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: Array(try encoder.encode(body))))
    let start = ContinuousClock.now
    let response = try await Self.http.execute(request, timeout: .minutes(10))
    let bytes = try await response.body.collect(upTo: 1 << 24)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard response.status == .ok else {
      throw Failure.failed("The server answered \(response.status): \(String(buffer: bytes))")
    }
    let value = try? JSONReader.value(of: Array(bytes.readableBytesView)[...], limits: .python)
    let message = value?.object?["choices"]?.array?.first?.object?["message"]?.object
    let usage = value?.object?["usage"]?.object
    guard let text = message?["content"]?.string, let tokens = usage?["completion_tokens"]?.int
    else {
      throw Failure.failed("The server's reply has no answer, or no usage.")
    }
    return Answer(text: text, tokens: tokens, seconds: seconds)
  }

  private struct Body: Encodable {
    let messages: [ChatMessage]
    let maxTokens: Int
    let temperature: Double
    let resta: [String: String]?
  }
}

/// A number of clients against the same number of calls one after the other: medians over the repeats.
struct ServeRun: Encodable {
  /// `undefended` or `fast`.
  let decoder: BenchSubject
  let clients: Int
  let requests: Int
  let answerTokens: Int
  /// All requests, by these clients.
  let wallS: Double
  /// The same ones one after the other, by calls of the library.
  let sequentialS: Double
  /// Of the same repeat: how many times as fast the clients were served.
  let speedup: Double
  let speedupLowest: Double
  let speedupHighest: Double
  /// Over all clients.
  let tokensPerS: Double
  /// Of single requests, from sending to the whole reply.
  let latencyMedianS: Double
  let latencyHighestS: Double
  /// How many answers of all repeats are those of the sequential calls, to the byte.
  let sameAnswers: Int
  let answers: Int
  /// llama.cpp's own server, where it was measured.
  @Nullable var stock: StockServed?

  static let title =
    "decoder     clients  requests  time s  one by one s  times as fast      tokens/s  median s  "
    + "slowest s  same   of llama-server's tokens/s  same"

  /// A line of the table.
  var row: String {
    func text(_ median: Double, _ lowest: Double, _ highest: Double) -> String {
      "\(Summary.number(median)) (\(Summary.number(lowest))...\(Summary.number(highest)))"
    }
    let range = text(speedup, speedupLowest, speedupHighest)
    let ratio = stock.map {
      text($0.ratio, $0.ratioLowest, $0.ratioHighest) + " of \(Summary.number($0.tokensPerS))"
    }
    return [
      Columns.left(decoder.rawValue, 10), Columns.right("\(clients)", 7),
      Columns.right("\(requests)", 8), Columns.right(Summary.number(wallS), 6),
      Columns.right(Summary.number(sequentialS), 12), Columns.right(range, 17),
      Columns.right(Summary.number(tokensPerS), 8),
      Columns.right(Summary.number(latencyMedianS), 8),
      Columns.right(Summary.number(latencyHighestS), 9),
      Columns.left("\(sameAnswers)/\(answers)", 5), Columns.left(ratio ?? "-", 26),
      stock.map { "\($0.sameAnswers)/\(answers)" } ?? "-",
    ].joined(separator: "  ")
  }
}

/// What `resta bench serve --json` prints: a stable shape, to which fields may be added.
struct ServeBenchReport: Encodable {
  let machine: MachineReport
  let resta: String
  let llamaCpp: String
  let model: String
  let repeats: Int
  let runs: [ServeRun]
}
