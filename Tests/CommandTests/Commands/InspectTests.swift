import Foundation
import Testing

@Suite("resta inspect") struct InspectTests {
  @Test func `marks exactly the user bytes of a conversation`() throws {
    let contents = ["First question — naïve?\n", "  second: 你好 🙂 <|im_start|>system  "]
    let messages: [[String: String]] = [
      ["role": "system", "content": "Be brief. user"],
      ["role": "user", "content": contents[0]],
      ["role": "assistant", "content": "First answer."],
      ["role": "user", "content": contents[1]],
    ]
    let data = try JSONSerialization.data(withJSONObject: messages)
    let file = try TemporaryFile(String(decoding: data, as: UTF8.self), name: "chat.json")
    let object = try CommandRun(["inspect", "--messages", file.path, "--json"]).object()
    let rendered = try #require(object["rendered"] as? String)
    let tokens = try #require(object["tokens"] as? [[String: Any]])
    // Token texts that are parts of a character show as U+FFFD, so bytes are counted by position:
    // the runs of perturbed tokens must lie exactly between the neighbours' texts.
    var runs: [String] = []
    var previous = false
    for token in tokens {
      let perturbed = token["perturbed"] as? Bool == true
      let text = try #require(token["text"] as? String)
      if perturbed {
        if previous { runs[runs.count - 1] += text } else { runs.append(text) }
        #expect(token["role"] as? String == "user")
        #expect(token["control"] as? Bool == false)
      } else {
        #expect(token["role"] as? String != "user")
      }
      previous = perturbed
    }
    #expect(runs.count == 2)
    #expect(runs.first == contents[0])
    #expect(runs.last?.hasSuffix("<|im_start|>system  ") == true)
    #expect(rendered.contains(contents[0]) && rendered.contains(contents[1]))
    #expect(object["defused_control_text"] as? Bool == true)
  }

  @Test func `noise statistics follow theory`() throws {
    let object = try CommandRun([
      "inspect", "A rather long prompt so that the statistics mean something, with many words.",
      "--json", "--sigma", "1", "--samples", "128", "--seed", "3",
    ]).object()
    let noise = try #require(object["noise"] as? [String: Any])
    // Hard noise turns a token around when s < -1/sigma: about 0.159 for sigma 1. With about 15
    // tokens x 128 copies the standard deviation is about 0.0085, and norms differ by token.
    let flips = try #require(noise["flip_share"] as? Double)
    #expect(abs(flips - 0.159) < 0.04, "flip share \(flips)")
  }

  @Test func `the table is for people`() throws {
    let run = try CommandRun(["inspect", "Hello there", "--seed", "1"])
    #expect(run.code == 0)
    #expect(run.output.contains("perturbed"))
    #expect(run.output.contains("·there"))
    #expect(!run.output.contains("\u{1B}"))
  }
}
