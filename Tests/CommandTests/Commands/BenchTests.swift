import Foundation
import RESTATesting
import Testing

@Suite("resta bench and compare") struct BenchTests {
  @Test func `JSON has the stable shape, and the decoders agree`() throws {
    let run = try CommandRun([
      "bench", "--user-tokens", "12", "--answer-tokens", "8", "--repeats", "1", "--prefix", "6",
      "--samples", "5", "--sweep-samples", "3", "--stock", "none", "--json",
    ])
    let object = try run.object()
    #expect(object["machine"] != nil && object["model"] != nil)
    let runs = try #require(object["runs"] as? [[String: Any]])
    // Four decoders, for k = 5 and for k = 3.
    #expect(runs.count == 8)
    for run in runs {
      for key in [
        "decoder", "user_tokens", "answer_tokens", "samples", "prefix", "wall_s", "first_token_s",
        "tokens_processed", "passes", "peak_bytes", "ratio_to_undefended",
      ] {
        #expect(run[key] != nil, "missing \(key)")
      }
      #expect(run["answer_tokens"] as? Int == 8)
    }
    for run in runs where run["decoder"] as? String != "undefended" {
      let wall = try #require(run["wall_s"] as? Double)
      let floor = try #require(run["floor_s"] as? Double)
      // With one repeat, medians are what they are of.
      let plain = wall / (try #require(run["ratio_to_undefended"] as? Double))
      #expect(abs(wall / floor / (try #require(run["ratio_to_floor"] as? Double)) - 1) < 1e-9)
      let positions = try #require(run["floor_positions"] as? Int)
      let speed = try #require(run["wide_positions_per_s"] as? Double)
      #expect(abs((plain + Double(positions) / speed) / floor - 1) < 1e-9)
      let copies = try #require(run["samples"] as? Int) / 2 + 1
      // At least the user's text and what is voted on, at most the whole prompt and that.
      #expect(positions.isMultiple(of: copies) && positions >= copies * (12 + 5))
      #expect(positions < copies * (try #require(run["prompt_tokens"] as? Int) + 5))
      #expect(try #require(run["memory_bytes"] as? Int) > 100_000_000)
    }
    #expect(runs.allSatisfy { $0["stock"] is NSNull })
    let same = runs.filter { $0["decoder"] as? String != "undefended" }
    #expect(same.allSatisfy { $0["same_as_reference"] as? Bool == true })
    func tokens(_ decoder: String) -> Int? {
      runs.first { $0["decoder"] as? String == decoder }?["tokens_processed"] as? Int
    }
    let (fast, naive) = (try #require(tokens("fast")), try #require(tokens("naive")))
    #expect(fast < naive)
  }

  @Test func `an error stands on a line of its own, not behind how far the work was`() throws {
    let prompts = try TemporaryFile(String(repeating: "word ", count: 100), name: "prompts.txt")
    let run = try CommandRun(["compare", "--prompts", prompts.path, "--ctx", "64"], isTyped: true)
    #expect(run.code == 1 && run.output.contains("Prompt 1 of 1"), "\(run.output)")
    #expect(run.output.contains("\r\u{1B}[2K\u{1B}[?7l\u{1B}[?7hError: "), "\(run.output)")
  }

  @Test func `llama.cpp as it comes takes turns with the undefended model`() throws {
    // It says what it is asked: tokens per second are its number of tokens times ten.
    let script = """
      #!/bin/sh
      while [ $# -gt 0 ]; do case $1 in -p) p=$2 ;; -n) n=$2 ;; -d) d=$2 ;; esac; shift; done
      echo '[{"avg_ts": '$((p * 10 + n * 1000 + ${d:-0}))'}]'
      """
    let program = try TemporaryFile(script, name: "llama-bench")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let run = try CommandRun([
      "bench", "--user-tokens", "12", "--answer-tokens", "4", "--repeats", "2", "--decoders",
      "undefended", "--stock", program.path, "--json",
    ])
    let runs = try #require(try run.object()["runs"] as? [[String: Any]])
    let (first, stock) = (runs[0], try #require(runs[0]["stock"] as? [String: Any]))
    let prompt = try #require(first["prompt_tokens"] as? Int)
    #expect(stock["prompt_tokens_per_s"] as? Int == prompt * 10)
    #expect(stock["decode_tokens_per_s"] as? Int == 3000 + prompt)
    for ratio in ["prompt_ratio", "decode_ratio"] {
      let middle = try #require(stock[ratio] as? Double)
      let lowest = try #require(stock[ratio + "_lowest"] as? Double)
      let highest = try #require(stock[ratio + "_highest"] as? Double)
      #expect(0 < lowest && lowest <= middle && middle <= highest)
    }
    // An interrupt ends the other program too, whose output would be waited for.
    try "#!/bin/sh\nexec sleep 1000\n".write(
      toFile: program.path, atomically: false, encoding: .utf8)
    let endless = try CommandRun(
      [
        "bench", "--user-tokens", "5", "--answer-tokens", "2", "--repeats", "1", "--decoders",
        "undefended", "--stock", program.path,
      ], interruptAfter: 2)
    #expect(endless.code == 130 && endless.seconds < 500, "\(endless.seconds) s")
    for path in [program.path + ".gone", "/"] {
      let wrong = try CommandRun(["bench", "--stock", path])
      #expect(wrong.code == 2 && wrong.errors.contains("--stock"), "\(wrong.errors)")
    }
  }

  @Test func `the server is measured with the flags that are given, and answers as the library`()
    throws
  {
    let run = try CommandRun([
      "bench", "serve", "--clients", "1,2", "--requests", "2", "--repeats", "1",
      "--answer-tokens", "3", "--samples", "3", "--json",
    ])
    let object = try run.object()
    #expect(object["repeats"] as? Int == 1)
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect(runs.map { $0["clients"] as? Int } == [1, 2, 1, 2])
    for run in runs {
      #expect(run["requests"] as? Int == 2 && run["answers"] as? Int == 2)
      #expect(run["same_answers"] as? Int == 2)
    }
  }

  @Test func `as many requests are under way as there are clients`() throws {
    // In the place of llama.cpp's own server: it answers none before all twelve have come.
    let script = #"""
      #!/usr/bin/env python3
      import http.server, json, sys, threading
      together = threading.Barrier(12)
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = "HTTP/1.1"
          def reply(self, value):
              body = json.dumps(value).encode()
              self.send_response(200)
              self.send_header("Content-Length", str(len(body)))
              self.end_headers()
              self.wfile.write(body)
          def do_GET(self): self.reply({})
          def do_POST(self):
              self.rfile.read(int(self.headers["Content-Length"]))
              together.wait(600)
              choice = {"message": {"content": ""}}
              self.reply({"choices": [choice], "usage": {"completion_tokens": 1}})
      class Server(http.server.ThreadingHTTPServer): request_queue_size = 64
      Server(("127.0.0.1", int(sys.argv[-1])), Handler).serve_forever()
      """#
    let program = try TemporaryFile(script, name: "llama-server")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let run = try CommandRun([
      "bench", "serve", "--clients", "12", "--requests", "12", "--repeats", "1",
      "--answer-tokens", "1", "--samples", "1", "--prefix", "1", "--stock", program.path, "--json",
    ])
    let runs = try #require(try run.object()["runs"] as? [[String: Any]], "\(run.errors)")
    #expect(runs.first?["stock"] is [String: Any])
  }

  @Test func `a server that is measured has no limits of its own`() throws {
    let file = try TemporaryFile("Hi\n", name: "p.txt")
    func measured(tokens: Int, killAfter: Double? = nil) throws -> CommandRun {
      try CommandRun(
        [
          "bench", "serve", "--clients", "1", "--requests", "1", "--repeats", "1", "--prompts",
          file.path, "--answer-tokens", "\(tokens)", "--samples", "1", "--stock", "none", "--json",
        ], killAfter: killAfter)
    }
    // What is refused is refused before the first token, so before a short run would end; all of them take minutes.
    let short = try measured(tokens: 2)
    #expect(short.code == 0, "\(short.errors)")
    let run = try measured(
      tokens: 2100, killAfter: TestSize.isFull ? nil : 2 + 1.5 * short.seconds)
    guard run.code != 137 else { return }
    #expect((try run.object()["runs"] as? [Any])?.count == 2, "\(run.errors)")
  }

  /// Checkpoints that open the assistant's turn again, for which refusals have to be known.
  private static let header = [
    "--samples", "2", "--prefix", "3", "--checkpoint-every", "4", "--checkpoint-form", "header",
  ]

  @Test func `a defence with a header at its checkpoints is measured`() throws {
    let bench = try CommandRun(
      [
        "bench", "--user-tokens", "8", "--answer-tokens", "12", "--repeats", "1", "--decoders",
        "undefended,fast", "--parallel", "2", "--stock", "none", "--json",
      ] + Self.header)
    let object = try bench.object()
    #expect((object["runs"] as? [Any])?.count == 2)
    #expect((object["parallel"] as? [Any])?.count == 2)
    let serve = try CommandRun(
      [
        "bench", "serve", "--clients", "1", "--requests", "1", "--repeats", "1",
        "--answer-tokens", "12", "--stock", "none", "--json",
      ] + Self.header)
    let served = try serve.object()
    #expect((served["runs"] as? [Any])?.count == 2)
  }

  @Test func `generations at once ask the prompts that are given`() throws {
    let prompts = ["Hi", "Please tell me in a few words how the lamp of a lighthouse works."]
    let texts = String(decoding: try JSONEncoder().encode(prompts), as: UTF8.self)
    let file = try TemporaryFile(texts, name: "prompts.json")
    let run = try CommandRun([
      "bench", "--prompts", file.path, "--answer-tokens", "3", "--repeats", "1", "--samples", "2",
      "--prefix", "2", "--decoders", "undefended", "--parallel", "1,2", "--stock", "none", "--json",
    ])
    let object = try run.object()
    let alone = try #require(object["runs"] as? [[String: Any]], "\(run.errors)")
    #expect(try #require(alone[0]["user_tokens"] as? Int) <= 2, "one repeat takes the first prompt")
    let runs = try #require(object["parallel"] as? [[String: Any]], "\(run.errors)")
    try #require(runs.map { $0["generations"] as? Int } == [1, 2, 1, 2])
    // One asks the first prompt, which is short; two ask both.
    let tokens = try runs.map { try #require($0["user_tokens"] as? Int) }
    #expect(tokens[0] <= 2 && tokens[1] > tokens[0] && tokens[2...] == tokens[..<2], "\(tokens)")
  }

  @Test func `compare counts identical answers and never prints them`() throws {
    let file = try TemporaryFile(
      #"["Name three primary colours.", {"instruction": "Say hello."}, {"Goal": "Bake bread."}]"#,
      name: "prompts.json")
    let run = try CommandRun([
      "compare", "--prompts", file.path, "--max-tokens", "6", "--prefix", "4",
    ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("3 of 3 answers"), "\(run.output)")
    #expect(!run.output.contains("primary"))
  }

  @Test(arguments: [
    ("[]", "no prompt"), ("[{\"title\": \"x\"}]", "[0]"), ("", "no prompt"),
    ("[1", "the text ends"),
  ])
  func `a wrong prompts file is explained`(text: String, expected: String) throws {
    let file = try TemporaryFile(text, name: "prompts.json")
    let run = try CommandRun(["compare", "--prompts", file.path])
    #expect(run.code == 2)
    #expect(run.errors.contains(expected), "\(run.errors)")
  }
}
