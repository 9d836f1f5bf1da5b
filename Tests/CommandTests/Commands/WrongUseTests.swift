import Foundation
import RESTALocal
import Testing

@Suite("Wrong use of the command") struct WrongUseTests {
  /// A server that nobody gets to: the command line is wrong before.
  private static let vllm = [
    "--engine", "vllm", "--vllm-url", "http://127.0.0.1:9", "--vllm-model", "any",
  ]

  @Test(arguments: [
    (["generate", "hi", "--samples", "0"], 2, "from 1 to 128"),
    (["generate", "hi", "--samples", "129"], 2, "from 1 to 128"),
    (["generate", "hi", "--sigma", "nan"], 2, "sigma"),
    (["generate", "hi", "--sigma", "-1"], 2, "sigma"),
    (["generate", "hi", "--prefix", "-3"], 2, "0 or more, or all"),
    (["generate", "hi", "--prefix", "many"], 2, "prefix"),
    (["generate", "hi", "--noise", "loud"], 2, "noise"),
    (["generate", "hi", "--noise", "isotropic", "--power-matched"], 2, "power"),
    (["generate", "hi", "--sigma-unit", "absolute"], 2, "--sigma"),
    // The recommended sigma may have that unit, as Llama-2's is absolute.
    (["generate", "hi", "--sigma-unit", "relative", "--model", "/nowhere.gguf"], 1, "no file '"),
    (["generate", "hi", "--sigma-unit", "absolute", "--model", "/nowhere.gguf"], 1, "no file '"),
    (["generate", "hi", "--max-tokens", "0"], 2, "1 or more"),
    (["generate", "hi", "--stop", ""], 2, "text that is not empty"),
    (["generate", "hi", "--prefix-after", ""], 2, "text that is not empty"),
    (["generate", "hi", "--seed", "null"], 2, "whole number"),
    (["generate", "hi", "--top-p", "2"], 2, "top"),
    (["generate", "hi", "--threads", "0"], 2, "threads"),
    (["generate", "hi", "--threads", "-1"], 2, "between 1 and 512, not -1"),
    (["generate", "hi", "--ctx", "-1"], 2, "not -1"),
    (["chat", "--kept-cells", "-1"], 2, "0 or more, not -1"),
    (["generate", "hi", "--ctx", "3"], 2, "context length"),
    (["generate", "hi", "--bogus"], 2, "--bogus"),
    (["generate", "hi", "--messages", "x.json"], 2, "not both"),
    (["generate", "--messages", "/nowhere.json"], 2, "/nowhere.json"),
    (["generate"], 2, "no prompt"),
    (["generate", "hi", "--model", "/nowhere.gguf"], 1, "no file '/nowhere.gguf'"),
    (["generate", "hi", "--model", "/"], 1, "folder"),
    (["generate", "hi", "--chat-template", "klingon"], 2, "klingon"),
    (["generate", "hi", "--lora", "/nowhere.gguf"], 1, "no adapter '/nowhere.gguf'"),
    (["generate", "hi", "--chat-template", "/"], 2, "/: this is a folder"),
    (["chat", "--history", "/"], 2, "/: this is a folder"),
    (["generate", "hi", "--trace", "/nowhere/votes.jsonl"], 2, "/nowhere/votes.jsonl"),
    (["report", "/"], 1, "is a folder"),
    (["generate", "hi", "--decoder", "magic"], 2, "magic"),
    (["generate", "hi", "--draft", "-1"], 2, "draft length"),
    (["generate", "hi", "--first-wave", "0"], 2, "first wave"),
    (["generate", "hi", "--decoder", "naive", "--draft", "3"], 2, "--decoder fast"),
    (["generate", "hi", "--from", "2"], 2, "--prompts"),
    (["generate", "--prompts", "/nowhere.json"], 2, "/nowhere.json"),
    (["demo", "--no-lora", "--lora", "x.gguf"], 2, "not both"),
    (["demo", "--lora", "/nowhere.gguf:2", "--model", "/none.gguf"], 1, "'/nowhere.gguf' (--lora"),
    (["demo", "--no-lora", "--max-tokens", "0"], 2, "1 or more"),
    (["bench", "--repeats", "-1"], 2, "--repeats must be 1 or more"),
    (["bench", "serve", "--requests", "-1"], 2, "not -1"),
    (["bench", "serve", "--answer-tokens", "9223372036854775807"], 2, "between 1 and 16777216"),
    (["bench", "--prompts", #filePath, "--user-tokens", "20"], 2, "--user-tokens"),
    (["bench", "--user-tokens", "20,none"], 2, "20,none"),
    (["bench", "--answer-tokens", "0"], 2, "--answer-tokens"),
    (
      ["bench", "--answer-tokens", "9223372036854775807", "--parallel", "1", "--ctx", "64"], 2,
      "--answer-tokens with this model must be between 1 and 64, not 9223372036854775807."
    ),
    (["bench", "--user-tokens", "65", "--ctx", "64"], 2, "--user-tokens with this model"),
    // With what the template adds.
    (["bench", "--user-tokens", "96", "--answer-tokens", "4", "--ctx", "104"], 2, "do not fit"),
    (["bench", "--decoders", "naive", "--draft", "3"], 2, "are for 'fast': add that"),
    (
      ["bench", "--ctx", "512"], 2,
      "A prompt of 1030 tokens and an answer of 150 do not fit into the context of 512 (--ctx)"
    ),
    (
      ["bench", "--decoders", "fast", "--stock", "/nowhere"], 2, "add that to --decoders"
    ),
    (["bench", "--noise", "none"], 2, "Without a defence there is the undefended model alone"),
    (["bench", "--prefix", "0", "--decoders", "fast"], 2, "choose a defence"),
    (["bench", "--decoders", "slow"], 2, "slow"),
    (
      ["bench", "--decoders", "undefended,reference"] + vllm, 2, "'reference' is for --engine llama"
    ),
    (["bench", "--decoders", "naive,fast"] + vllm, 2, "'naive' is for --engine llama"),
    (["bench", "--stock", "llama-bench"] + vllm, 2, "--stock is for --engine llama"),
    (["generate", "hi", "--gpu-layers", "3"] + vllm, 2, "--gpu-layers is for --engine llama"),
    (["generate", "hi", "--aggregator", "mean-logit"] + vllm, 2, "mean-logit is for --engine"),
    (
      ["chat", "--checkpoint-every", "8", "--checkpoint-form", "header"] + vllm, 2,
      "header is for --engine llama"
    ),
    (["calibrate", "--engine", "vllm"], 2, "--engine vllm needs --vllm-url"),
    (["calibrate", "--lora", "x.gguf"] + vllm, 2, "--lora is for --engine llama"),
    (["bench", "serve", "--clients", "0"], 2, "--clients"),
    (["bench", "serve", "--noise", "none"], 2, "undefended"),
    (["bench", "serve", "--seed", "1"], 2, "--seed"),
    (["serve", "--port", "many"], 2, "listen.port"),
    (["serve", "--port", "0", "--host", "host.invalid"], 1, "host.invalid:0: no address"),
    (["serve", "--set", "limits.quue=1"], 2, "'limits.queue'"),
    (["serve", "--set", "limits"], 2, "setting=value"),
    (["serve", "--set", "limits.queue=-1"], 2, "--set: limits.queue must be"),
    (["serve", "--config", "/nowhere.yaml"], 2, "/nowhere.yaml"),
    (["serve", "--model", "/nowhere.gguf"], 2, "/nowhere.gguf"),
    (["serve", "--keys", "/nowhere.txt"], 2, "/nowhere.txt"),
    (["serve", "--tls-certificate", "a.pem"], 2, "tls_key"),
    (["serve", "--expose", "all"], 2, "expose"),
    (["serve", "--json"], 2, "--print-config"),
    // As of a shell variable that is empty: without noise that sticks, and under its name.
    (["serve", "--model-name", "--sticky", "--print-config"], 2, "its value is missing"),
    (["compare", "--prompts", "/nowhere.json"], 2, "/nowhere.json"),
    (["compare"], 2, "--prompts"),
    (["generate", "Hi", "--lead", "0"], 2, "1 or more"),
    (["generate", "Hi", "--lead", "4", "--aggregator", "mean-logit"], 2, "majority vote only"),
    (
      ["generate", "Hi", "--tie-rule", "abstain", "--aggregator", "mean-logit"], 2,
      "tie_rule goes with the majority vote only"
    ),
    (["attack", "run"], 2, "resta attack list"),
    (["attack", "run", "--attack", "repet"], 2, "did you mean 'repeat'"),
    (["attack", "run", "--attack", "repeat", "--queries", "0"], 2, "1 to 1000000"),
    (["attack", "run", "--attack", "repeat", "--tokens", "0"], 2, "1 to 1000000000"),
    (["attack", "run", "--attack", "repeat", "--noise-seed", "old"], 2, "fresh, sticky"),
    (["attack", "run", "--attack", "repeat", "--parallel", "0"], 2, "--parallel"),
    (["attack", "run", "--attack", "repeat", "--goals", "/nowhere.csv"], 1, "/nowhere.csv"),
    (["attack", "run", "--attack", "repeat", "--goals", #filePath], 2, "no file of goals"),
    (["attack", "run", "--attack", "repeat", "--set", "repeat.sigma=1"], 2, "no settings"),
    (["attack", "run", "--attack", "best-of-n", "--set", "best-of-n.sigma=2"], 2, "0 to 1"),
    (["attack", "run", "--attack", "transfer"], 2, "transfer.file"),
    (["attack", "run", "--attack", "repeat", "--endpoint", "http://10.0.0.1"], 2, "not this"),
    (["attack", "run", "--attack", "repeat", "--endpoint", "http://example.org"], 2, "localhost"),
    (["attack", "run", "--attack", "prefill", "--endpoint", "http://127.0.0.1:1"], 2, "process"),
    (["attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1"], 2, "/v1/models"),
    (
      [
        "attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1", "--noise",
        "hard",
      ],
      2, "leave out --noise"
    ),
    (
      [
        "attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1", "--noise-seed",
        "sticky",
      ],
      2, "leave out --noise-seed."
    ),
    (
      ["attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1", "--no-lora"], 2,
      "the model of its server: leave out --no-lora."
    ),
    (
      [
        "attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1",
        "--template-date", "2026-01-01", "--template-var", "a=1", "--threads", "1", "--ctx", "64",
        "--gpu-layers", "1", "--kv-type", "q8_0",
      ],
      2, "leave out --template-date, --template-var, --threads, --ctx, --gpu-layers, --kv-type."
    ),
    (
      [
        "attack", "run", "--attack", "repeat", "--endpoint", "http://127.0.0.1:1", "--noise-seed",
        "sticky", "--no-controls", "--refuse-share", "0.5",
      ],
      2, "leave out --noise-seed, --refuse-share, --no-controls."
    ),
    (
      ["attack", "run", "--attack", "repeat", "--no-controls", "--refuse-share", "0.5"], 2,
      "leave out --refuse-share"
    ),
    (
      ["attack", "run", "--attack", "search", "--set", "search.draws=8"], 2,
      "'mode: undefended' has no use for draws"
    ),
    (["attack", "run", "--attack", "repeat", "--endpoint-model", "x"], 2, "--endpoint"),
    (["attack", "run", "--attack", "repeat", "--split", "training"], 2, "--split"),
    // Before a model is loaded, which is not there.
    (
      [
        "attack", "run", "--attack", "repeat", "--calibrated", "--sigma", "1", "--model",
        "/nowhere.gguf",
      ],
      2, "leave out --sigma"
    ),
    (
      [
        "attack", "run", "--attack", "repeat", "--sigma-unit", "absolute", "--model",
        "/nowhere.gguf",
      ],
      1, "no file '/nowhere.gguf'"
    ),
    (
      ["attack", "run", "--attack", "repeat", "--calibrated", "--model", "/nowhere.gguf"], 1,
      "no file '/nowhere.gguf'"
    ),
    // What would have no effect: these have no plan to do a part of.
    (["eval", "judge-check", "a.csv", "--limit", "3"], 2, "--limit"),
    (["eval", "judge-check", "a.csv", "--dry-run"], 2, "--dry-run"),
    (["eval", "import", "a.jsonl", "--limit", "3"], 2, "--limit"),
    (["eval", "export", "a.sqlite", "--format", "jbb-artifact", "--texts", "none"], 2, "--texts"),
    (
      ["eval", "export", "a.sqlite", "--format", "jbb-artifact", "--texts", "benign-answers"], 2,
      "leave out --texts"
    ),
    (["generate", ""], 2, "no prompt"),
    (["bench", "--parallel", "9223372036854775807"], 2, "between 1 and 256"),
    (["bench", "--parallel", "24"], 2, "--parallel with k = 10 must be between 1 and 23"),
    (["bench", "--sweep-samples", "1,5,200"], 2, "between 1 and 128"),
    (["bench", "serve", "--requests", "9223372036854775807"], 2, "between 1 and 10000"),
    (["sweep", "--sigma", "0.5", "--choose", "--shard", "1/2"], 2, "leave out --shard"),
    (["sweep", "--sigma", "0.5", "--choose", "--only", "none"], 2, "--only"),
    (["sweep", "--sigma", "0.5", "--max-loss", "0.2"], 2, "--max-loss is for --choose."),
    (["sweep", "--sigma", "0.3,0.5,0.50"], 2, "--sigma: '0.5' and '0.50' are the same"),
    (["attack", "report", "/nowhere.sqlite"], 1, "resta attack run"),
    (["attack", "report", "/nowhere.sqlite", "--show-answers"], 2, "for --json"),
    (["attack", "export", "/nowhere.sqlite"], 2, "--format"),
    (["nonsense"], 2, "nonsense"),
  ])
  func `is named with its remedy and ends with the right code`(
    arguments: [String], code: Int32, text: String
  ) throws {
    let run = try CommandRun(arguments)
    #expect(run.code == code, "\(run.errors)")
    #expect(run.errors.localizedCaseInsensitiveContains(text), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(!run.errors.contains("Fatal error"))
  }

  @Test(arguments: [
    ("[{\"role\": \"user\"}]", "content"),
    ("[{\"role\": \"pirate\", \"content\": \"x\"}]", "pirate"),
    ("[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]", "image_url"),
    ("{}", "messages"), ("not json", "messages"), ("[]", "at least one message"),
    (#"[{"role": "user", "content": "a", "tool_calls": [{}]}]"#, "messages[0].tool_calls"),
    ("[{\"role\": 1}]", "messages[0].role"), ("[1,]", "line 1, column 4"),
  ])
  func `a wrong messages file is explained`(text: String, expected: String) throws {
    let file = try TemporaryFile(text, name: "chat.json")
    let run = try CommandRun(["generate", "--messages", file.path])
    #expect(run.code != 0)
    #expect(run.errors.contains(expected), "\(run.errors)")
  }

  @Test func `what is not read of a messages file is named, and drives no terminal`() throws {
    let text = #"{"a\u001b[31m": 1, "messages": [{"role": "user", "content": "Hi"}]}"#
    let file = try TemporaryFile(text, name: "chat.json")
    let run = try CommandRun(["inspect", "--messages", file.path])
    #expect(run.code == 0 && run.errors.contains("not a\\u{1B}[31m."), "\(run.errors)")
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func `a prompt longer than the context says by how many tokens, copies counted`() throws {
    let run = try CommandRun([
      "generate", String(repeating: "many words ", count: 200), "--ctx", "64", "--samples", "3",
    ])
    #expect(run.code == 1)
    #expect(run.errors.contains("tokens too long"), "\(run.errors)")
    #expect(run.errors.contains("k = 3"), "\(run.errors)")
  }

  @Test(arguments: [["inspect"], ["chat", "--quiet"]])
  func `UTF-16 without a mark is not asked as text`(arguments: [String]) throws {
    let run = try CommandRun(arguments, input: "H\0i\0\n\0")
    #expect(run.code == 2 && run.errors.contains("as UTF-16 does"), "\(run.errors)")
  }

  @Test func `a variable that names no model is named`() throws {
    let run = try CommandRun(["inspect", "hi"], variables: ["RESTA_MODEL": "/nowhere.gguf"])
    #expect(run.code == 2 && run.errors.contains("$RESTA_MODEL '/nowhere.gguf'"), "\(run.errors)")
  }

  @Test func `a text file is no model, nor is an adapter`() throws {
    let file = try TemporaryFile("GGML? no.", name: "model.gguf")
    for (path, expected) in [
      (file.path, "not a GGUF file"), (try CommandRun.adapter(), "is an adapter (--lora)"),
    ] {
      let run = try CommandRun(["generate", "hi", "--model", path])
      #expect(run.code == 1)
      #expect(run.errors.contains(expected), "\(run.errors)")
    }
  }

  @Test func `the small command names what only the whole one has`() throws {
    let help = try CommandRun(["--help"]).output
    let names = try #require(help.split(separator: "SUBCOMMANDS:").last).split(separator: "\n")
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
      .filter { $0.allSatisfy(\.isLowercase) }
    let local = ["demo", "generate", "chat", "inspect", "doctor", "bench", "compare"]
    let elsewhere = CommandLineTool.elsewhere.filter { $0.count == 1 }.flatMap { $0 }
    #expect(Set(names) == Set(local + elsewhere), "\(names)")
  }

  @Test(arguments: ["generate", "chat", "inspect", "doctor", "demo"])
  func `help tells the defaults and gives examples`(command: String) throws {
    let run = try CommandRun([command, "--help"])
    #expect(run.code == 0)
    let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("found for the model, else 10)"))
    #expect(run.output.contains("resta \(command)"))
    #expect(!run.output.contains("inject-fault"))
  }
}
