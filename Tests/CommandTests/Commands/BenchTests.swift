import Foundation
import Testing

@Suite("resta bench and compare") struct BenchTests {
  @Test func `JSON has the stable shape, and the decoders agree`() throws {
    let run = try CommandRun([
      "bench", "--user-tokens", "12", "--answer-tokens", "8", "--repeats", "1", "--prefix", "6",
      "--sweep-samples", "3", "--json",
    ])
    let object = try run.object()
    #expect(object["machine"] != nil && object["model"] != nil)
    let runs = try #require(object["runs"] as? [[String: Any]])
    // Four decoders, for k = 10 and for k = 3.
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
    let same = runs.filter { $0["decoder"] as? String != "undefended" }
    #expect(same.allSatisfy { $0["same_as_reference"] as? Bool == true })
    func tokens(_ decoder: String) -> Int? {
      runs.first { $0["decoder"] as? String == decoder }?["tokens_processed"] as? Int
    }
    let (fast, naive) = (try #require(tokens("fast")), try #require(tokens("naive")))
    #expect(fast < naive)
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
