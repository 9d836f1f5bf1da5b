import Foundation
import RESTATesting
import Testing

@testable import RESTA
@testable import RESTAServer

@Suite("Log-probabilities") struct TokenLogProbabilityTests {
  private static func vote(_ counts: [(TokenID, Int)], token: TokenID?, asked: Int) -> VoteRecord {
    VoteRecord(
      position: 0, tokenID: token, counts: counts.map { .init(tokenID: $0.0, count: $0.1) },
      asked: asked, margin: 0, tieBreak: nil)
  }

  @Test func `a voted token has the logarithms of its share of the copies`() throws {
    let vote = Self.vote([(97, 6), (98, 3), (99, 1)], token: 97, asked: 10)
    let entry = try #require(
      TokenLogProbability(vote, alternatives: 2, tokenizer: Replying.tokenizer))
    #expect(entry.logprob == log(0.6) && entry.voted && entry.token == "a")
    #expect(entry.topLogprobs.map(\.token) == ["a", "b"])
    #expect(entry.topLogprobs.map(\.logprob) == [log(0.6), log(0.3)])
    let alone = TokenLogProbability(vote, alternatives: 0, tokenizer: Replying.tokenizer)
    #expect(alone?.topLogprobs.isEmpty == true && alone?.logprob == log(0.6))
  }

  @Test func `a token that no copy put first has OpenAI's least number, and no token no entry`() {
    let outsider = Self.vote([(97, 10)], token: 98, asked: 10)
    #expect(
      TokenLogProbability(outsider, alternatives: 1, tokenizer: Replying.tokenizer)?.logprob
        == -9999)
    let none = Self.vote([(97, 5), (98, 5)], token: nil, asked: 10)
    #expect(TokenLogProbability(none, alternatives: 1, tokenizer: Replying.tokenizer) == nil)
  }

  @Test(arguments: [
    (-Double.infinity, -9999), (.nan, -9999), (-1e300, -9999), (-12.5, -12.5), (0, 0),
  ])
  func `numbers that JSON has no way to write are clamped`(value: Double, written: Double) {
    let entry = TokenLogProbability(
      97, logProbability: value, alternatives: [(98, value)], tokenizer: Replying.tokenizer)
    #expect(entry.logprob == written && entry.topLogprobs.map(\.logprob) == [written])
    #expect(
      Replying.text(entry).contains(
        #""logprob":\#(written == -12.5 ? "-12.5" : "\(Int(written))")"#))
  }

  @Test func `a generated token has its vote's numbers inside the prefix, the model's behind it`() {
    let own = TokenLogProbabilities(
      logProbability: -1,
      alternatives: [
        .init(tokenID: 98, logProbability: -0.5), .init(tokenID: 97, logProbability: -1),
      ])
    let vote = Self.vote([(97, 2)], token: 97, asked: 4)
    func entry(_ vote: VoteRecord?, _ own: TokenLogProbabilities?) -> TokenLogProbability? {
      TokenLogProbability(
        GeneratedToken(position: 0, id: 97, text: "a", vote: vote, logProbabilities: own),
        alternatives: 1, tokenizer: Replying.tokenizer)
    }
    #expect(entry(vote, nil)?.logprob == log(0.5) && entry(vote, nil)?.voted == true)
    #expect(entry(nil, own)?.logprob == -1 && entry(nil, own)?.voted == false)
    #expect(entry(nil, own)?.topLogprobs.map(\.token) == ["b"])
    #expect(entry(nil, nil) == nil)
  }

  @Test func `half a character is shown as such and counted where it begins`() {
    let entries = [257, 258, 259, 97].map {
      TokenLogProbability($0, logProbability: -1, alternatives: [], tokenizer: Replying.tokenizer)
    }
    #expect(entries[1].token == "\u{FFFD}" && entries[1].bytes == [0xF0, 0x9F])
    #expect(CompletionLogProbabilities(entries).textOffset == [0, 6, 7, 7])
    #expect(CompletionLogProbabilities(entries, offset: 4).textOffset == [4, 10, 11, 11])
  }

  @Test func `of alternatives with one text the likeliest counts`() {
    let entry = TokenLogProbability(
      97, logProbability: -1, alternatives: [(258, -2), (255, -3), (97, -1)],
      tokenizer: Replying.tokenizer)
    let shape = CompletionLogProbabilities([entry])
    #expect(shape.topLogprobs == [["\u{FFFD}": -2, "a": -1]])
  }
}
