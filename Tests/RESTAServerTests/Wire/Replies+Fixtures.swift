import RESTA
import RESTATesting

@testable import RESTAServer

/// Replies for tests.
enum Replying {
  static let head = ReplyHead(id: "chatcmpl-x", created: 1_700_000_000, model: "m/1")

  /// 256 bytes, `<|end|>`, the word "fooBar" and half an emoji.
  static let tokenizer = ScriptedTokenizer(entries: [
    .init("<|end|>", kind: .control), .init("fooBar"), .init(bytes: [0xF0, 0x9F]),
    .init(bytes: [0x98, 0x80]),
  ])

  static let settings = RestaSettings(
    defense: DefenseSettings(
      noise: NoiseSettings(kind: .hard, sigma: Sigma(value: 0.5, unit: .relative)), samples: 8,
      prefix: .all),
    sticky: true, calibration: .chosen)

  static let settingsText =
    #"{"aggregator":"majority-vote","calibration":"chosen","checkpoint_ends":false,"#
    + #""checkpoint_every":null,"checkpoint_form":"vote","checkpoint_tokens":4,"last_turn_only":false,"lead":null,"noise":"hard","perturbed_roles":["user"],"#
    + #""power_matched":false,"prefix":"all","prefix_after":null,"prefix_after_limit":null,"samples":8,"sigma":0.5,"#
    + #""sigma_unit":"relative","sticky":true,"tie_rule":"log-probability"}"#

  /// A value as JSON text.
  static func text(_ value: some Encodable) -> String {
    String(decoding: WireJSON.bytes(value), as: UTF8.self)
  }
}
