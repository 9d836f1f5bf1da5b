import Foundation
import NIOHTTP1
import RESTA
import RESTADocuments
import Testing

@testable import RESTAServer

@Suite("Fields of OpenAI and of other servers") struct RequestFieldTests {
  // MARK: - The table is complete

  /// What each server documents, read from its own schema or manual.
  private static let documented = [
    (
      "OpenAI, chat",
      """
      messages model audio frequency_penalty function_call functions logit_bias logprobs
      max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction
      presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort response_format
      safety_identifier seed service_tier stop store stream stream_options temperature tool_choice
      tools top_logprobs top_p user verbosity web_search_options
      """
    ),
    (
      "OpenAI, completions",
      """
      model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty
      seed stop stream stream_options suffix temperature top_p user
      """
    ),
    (
      "llama-server",
      """
      prompt n_predict max_tokens max_completion_tokens n_indent n_keep n_discard n_cmpl
      n_cache_reuse t_max_predict_ms t_max_prompt_ms response_fields temperature dynatemp_range
      dynatemp_exponent top_k top_p min_p top_n_sigma typical_p repeat_penalty repeat_last_n
      presence_penalty frequency_penalty dry_multiplier dry_base dry_allowed_length
      dry_penalty_last_n dry_sequence_breakers xtc_probability xtc_threshold mirostat mirostat_tau
      mirostat_eta adaptive_target adaptive_decay grammar grammar_lazy grammar_triggers
      preserved_tokens json_schema seed ignore_eos logit_bias n_probs min_keep image_data
      multimodal_data id_slot cache_prompt return_tokens samplers timings_per_token return_progress
      post_sampling_probs lora stop stream verbose backend_sampling echo penalize_nl tfs_z
      input_prefix input_suffix input_extra chat_template_kwargs add_generation_prompt
      continue_final_message reasoning_format thinking_forced_open parse_tool_calls chat_format
      chat_parser generation_prompt reasoning_control reasoning_budget_tokens
      reasoning_budget_start_tag reasoning_budget_end_tag reasoning_budget_end_tags
      reasoning_budget_message thinking_budget_tokens sse_ping_interval speculative.n_max
      speculative.n_min speculative.p_min
      """
    ),
    (
      "vLLM",
      """
      use_beam_search top_k min_p repetition_penalty watermarking length_penalty stop_token_ids
      include_stop_str_in_output ignore_eos min_tokens skip_special_tokens
      spaces_between_special_tokens truncate_prompt_tokens truncation_side prompt_logprobs
      logprob_token_ids allowed_token_ids bad_words echo add_generation_prompt
      continue_final_message add_special_tokens documents chat_template chat_template_kwargs
      media_io_kwargs mm_processor_kwargs structured_outputs guided_json guided_regex guided_choice
      guided_grammar structural_tag guided_decoding_backend guided_whitespace_pattern priority
      request_id session_id return_tokens_as_token_ids return_token_ids return_token_offsets
      return_prompt_text return_mm_kwargs routed_experts_prompt_start cache_salt
      kv_transfer_params ec_transfer_params vllm_xargs repetition_detection stream_interval
      thinking_token_budget include_reasoning prompt_embeds logits_processors early_stopping
      """
    ),
    (
      "SGLang",
      """
      return_hidden_states return_routed_experts routed_experts_start_len
      return_cached_tokens_details return_prompt_token_ids return_token_ids return_meta_info task
      top_k min_p min_tokens json_schema regex ebnf repetition_penalty stop_token_ids stop_regex
      no_stop_trim ignore_eos continue_final_message skip_special_tokens lora_path session_id
      session_params separate_reasoning stream_reasoning chat_template_kwargs max_dynamic_patch
      min_dynamic_patch use_audio_in_video images_config custom_logit_processor custom_params
      input_ids rid extra_key cache_salt ngram_corpus_id priority custom_labels bootstrap_host
      bootstrap_port bootstrap_room routed_dp_rank disagg_prefill_dp_rank data_parallel_rank
      sampling_params max_new_tokens min_new_tokens sampling_seed structural_tag
      """
    ),
    (
      "TGI",
      """
      inputs parameters adapter_id best_of decoder_input_details details do_sample
      frequency_penalty grammar max_new_tokens repetition_penalty return_full_text seed stop
      temperature top_k top_n_tokens top_p truncate typical_p watermark guideline tool_prompt
      """
    ),
    (
      "Ollama",
      """
      format options keep_alive think raw system template context images shift truncate num_keep
      seed num_predict top_k top_p min_p tfs_z typical_p repeat_last_n temperature repeat_penalty
      presence_penalty frequency_penalty mirostat mirostat_tau mirostat_eta penalize_newline stop
      numa num_ctx num_batch num_gpu main_gpu low_vram vocab_only use_mmap use_mlock num_thread
      f16_kv logits_all reasoning reasoning_effort _debug_render_only
      """
    ),
    (
      "LM Studio",
      """
      model top_p top_k messages temperature max_tokens stream stop presence_penalty
      frequency_penalty logit_bias repeat_penalty seed ttl draft_model
      """
    ),
    (
      "other clients",
      """
      stop_sequences max_tokens_to_sample max_output_tokens instructions input previous_response_id
      random_seed safe_prompt prompt_mode stop_strings num_return_sequences num_beams max_length
      min_length no_repeat_ngram_size encoder_repetition_penalty penalty_alpha guidance_scale
      negative_prompt rep_pen top_a tfs smoothing_factor epsilon_cutoff eta_cutoff
      custom_token_bans ban_eos_token add_bos_token temperature_last dynamic_temperature preset
      mode character truncation_length thinking enable_thinking thinking_budget transforms
      provider route extra_body
      """
    ),
  ]

  @Test(arguments: documented)
  func `every documented field is in the table`(server: String, names: String) {
    let missing = names.split(whereSeparator: \.isWhitespace).map(String.init).filter {
      !RequestField.names.contains($0)
    }
    #expect(missing.isEmpty, "\(server): \(missing)")
  }

  @Test(arguments: [RequestField.Endpoint.chat, .completion])
  func `no field is in the table twice`(endpoint: RequestField.Endpoint) {
    let names = RequestField.table.filter { $0.endpoint ?? endpoint == endpoint }.flatMap(\.names)
    let twice = Dictionary(grouping: names, by: { $0 }).filter { $1.count > 1 }.keys
    #expect(twice.isEmpty)
  }

  // MARK: - Each row

  private static func answer(
    _ endpoint: RequestField.Endpoint, _ name: String, _ value: String
  ) throws(APIError) -> AnswerRequest {
    switch endpoint {
    case .chat: try Reading.chat("\"\(name)\": \(value)").answer
    case .completion: try Reading.completion("\"prompt\": \"a\", \"\(name)\": \(value)").answer
    }
  }

  private static func isRefused(
    _ endpoint: RequestField.Endpoint, _ name: String, _ value: String
  ) -> Bool {
    let error = Reading.error { () throws(APIError) in try answer(endpoint, name, value) }
    return error?.status == 400 && error?.param == name && error?.code == RequestField.code
      && error?.message.contains("'\(name)'") == true
  }

  private static let values = [
    "true", "false", "0", "1", "-1", "0.5", "7", "\"\"", "\"x\"", "[]", "[\"x\"]", "[5]", "{}",
    "{\"x\": 1}",
  ]

  @Test(arguments: RequestField.table.indices)
  func `a row's fields are ignored, or refused but for the neutral values`(row: Int) throws {
    let field = RequestField.table[row]
    guard field.handling != .read else { return }
    let endpoints = field.endpoint.map { [$0] } ?? [.chat, .completion]
    for (name, endpoint) in field.names.flatMap({ name in endpoints.map { (name, $0) } }) {
      let without = try Self.answer(endpoint, name, "null")
      var neutral = Self.values
      if case .refused(let values) = field.handling {
        neutral = values.map { JSONText.value($0) }
        for value in Self.values where !neutral.contains(value) {
          #expect(Self.isRefused(endpoint, name, value), "\(name): \(value)")
        }
      }
      for value in neutral {
        let with = try Self.answer(endpoint, name, value)
        #expect(with.options == without.options && with.choices == without.choices, "\(name)")
        #expect(with.unknown.line == nil, "\(name): \(value)")
      }
    }
  }

  /// A value that changes nothing and one that would, where it matters to have them by hand.
  private static let changing = [
    ("tools", "[]", #"[{"type": "function"}]"#), ("tool_choice", #""auto""#, #""required""#),
    ("functions", "[]", "[{}]"), ("function_call", #""none""#, #"{"name": "f"}"#),
    ("response_format", #"{"type": "text"}"#, #"{"type": "json_object"}"#),
    ("response_format", "{}", #"{"type": "text", "strict": true}"#),
    ("response_format", #"{"type": "text", "json_schema": null}"#, #"{"type": "json_schema"}"#),
    ("logit_bias", "{}", #"{"5": 1}"#), ("logit_bias", "[]", "[[5, 1]]"),
    ("presence_penalty", "0", "0.1"), ("frequency_penalty", "0.0", "-1"),
    ("modalities", #"["text"]"#, #"["text", "audio"]"#), ("audio", "{}", #"{"voice": "x"}"#),
    ("web_search_options", "null", "{}"), ("reasoning_effort", "null", #""low""#),
    ("verbosity", "null", #""low""#), ("repetition_penalty", "1.0", "1.1"),
    ("repeat_penalty", "1", "0"), ("min_tokens", "0", "1"), ("ignore_eos", "false", "true"),
    ("grammar", #""""#, #""root ::= 1""#), ("json_schema", "null", "{}"),
    ("guided_json", "null", "{}"), ("guided_choice", "[]", #"["a"]"#),
    ("structured_outputs", "{}", #"{"json": {}}"#), ("chat_template", "null", #""x""#),
    ("chat_template_kwargs", "{}", #"{"enable_thinking": false}"#),
    ("add_generation_prompt", "true", "false"), ("continue_final_message", "false", "true"),
    ("mirostat", "0", "2"), ("typical_p", "1", "0.9"), ("tfs_z", "1.0", "0.9"),
    ("best_of", "1", "2"), ("use_beam_search", "false", "true"), ("prompt_logprobs", "null", "0"),
    ("bad_words", "[]", #"["x"]"#), ("stop_token_ids", "[]", "[1]"), ("echo", "false", "true"),
    ("suffix", #""""#, #""x""#), ("xtc_probability", "0", "0.5"), ("dry_multiplier", "0", "0.8"),
    ("n_probs", "0", "3"), ("include_stop_str_in_output", "false", "true"),
    ("top_n_sigma", "-1", "1.0"), ("dynatemp_range", "0.0", "0.5"),
    ("samplers", "[]", #"["top_k"]"#),
    ("lora", "[]", #"[{"id": 0, "scale": 0}]"#), ("t_max_predict_ms", "-1", "100"),
    ("skip_special_tokens", "true", "false"), ("truncate_prompt_tokens", "-1", "5"),
    ("options", "{}", #"{"num_predict": 3}"#), ("format", #""""#, #""json""#),
    ("think", "null", "false"), ("top_n_tokens", "0", "2"), ("watermark", "false", "true"),
    ("system", #""""#, #""Be brief.""#), ("documents", "[]", #"[{"text": "x"}]"#),
    ("separate_reasoning", "false", "true"), ("regex", "null", #""a""#),
    ("return_token_ids", "false", "true"), ("no_repeat_ngram_size", "0", "3"),
    ("instructions", "null", #""x""#), ("parameters", "{}", #"{"max_new_tokens": 3}"#),
  ]

  @Test(arguments: changing)
  func `a value that would change the answer is refused by name`(
    name: String, neutral: String, other: String
  ) throws {
    for endpoint in [RequestField.Endpoint.chat, .completion] {
      #expect(try Self.answer(endpoint, name, neutral).choices == 1)
      #expect(Self.isRefused(endpoint, name, other), "\(name): \(other) was read")
    }
  }

  // MARK: - Those that are read

  private static let read: [(String, String, @Sendable (AnswerRequest) -> Bool)] = [
    ("max_tokens", "5", { $0.options.maximumTokens == 5 }),
    ("stop", #"["END"]"#, { $0.options.stop == ["END"] }),
    ("temperature", "0.75", { $0.options.sampling.temperature == 0.75 }),
    ("do_sample", "true", { $0.options.sampling.temperature > 0 }),
    ("top_p", "0.5", { $0.options.sampling.topP == 0.5 }),
    ("top_k", "40", { $0.options.sampling.topK == 40 }),
    ("min_p", "0.05", { $0.options.sampling.minP == 0.05 }),
    ("seed", "7", { $0.options.sampling.seed == 7 }), ("n", "3", { $0.choices == 3 }),
    ("stream", "true", \.isStreamed), ("resta", #"{"samples": 3}"#, { $0.defense.samples == 3 }),
    ("model", #""m""#, { $0.unknown.line == nil }),
    ("stream_options", "null", { !$0.includesUsage }),
    ("top_logprobs", "0", { $0.logProbabilities == nil }),
  ]

  @Test(arguments: RequestField.table.indices)
  func `a row's names are read as one field`(row: Int) throws {
    let field = RequestField.table[row]
    guard field.handling == .read, !["messages", "prompt", "logprobs"].contains(field.names[0])
    else { return }
    let (_, value, holds) = try #require(
      Self.read.first { $0.0 == field.names[0] }, "\(field.names[0]) is not tested")
    for name in field.names {
      for endpoint in [RequestField.Endpoint.chat, .completion] {
        let answer = try Self.answer(endpoint, name, value)
        #expect(holds(answer) && answer.unknown.line == nil, "\(name)")
      }
    }
  }

  @Test(arguments: [
    ("max_tokens", -1, 500), ("n_predict", -1, 500), ("num_predict", -2, 500),
    ("max_new_tokens", 4, 4),
  ])
  func `as long as it gets is as long as the server allows`(name: String, value: Int, tokens: Int)
    throws
  {
    #expect(try Self.answer(.chat, name, "\(value)").options.maximumTokens == tokens)
  }

  @Test(arguments: [
    (#""n_predict": 5, "max_tokens": 6"#, "n_predict"),
    (#""stop": "a", "stop_sequences": ["b"]"#, "stop_sequences"),
    (#""seed": 1, "random_seed": 2"#, "random_seed"), (#""n": 1, "n_cmpl": 2"#, "n_cmpl"),
    (#""do_sample": false, "temperature": 1"#, "do_sample"),
    (#""do_sample": true, "temperature": 0"#, "do_sample"), (#""n_predict": 501"#, "n_predict"),
    (#""n_predict": -3"#, "n_predict"), (#""n_predict": "5""#, "n_predict"),
    (#""prompt": "a""#, "prompt"), (#""top_k": -2"#, "top_k"),
  ])
  func `names of one field that differ, and values out of range, are refused`(
    members: String, path: String
  ) {
    let error = Reading.error { () throws(APIError) in try Reading.chat(members) }
    #expect(error?.param == path)
  }

  @Test func `messages are no field of a completion`() {
    let error = Reading.error { () throws(APIError) in
      try Reading.completion(#""prompt": "a", "messages": []"#)
    }
    #expect(error?.message.contains("/v1/chat/completions") == true && error?.param == "messages")
  }

  // MARK: - Those that nobody knows

  @Test func `unknown fields are accepted and named, with what may have been meant`() throws {
    let members = #""max_token": 5, "temprature": 1, "topP": 1, "a field: \n": 1, "new_field": [1]"#
    let unknown = try Reading.chat(members).answer.unknown
    #expect(
      unknown.line
        == "?, max_token (did you mean max_tokens?), new_field, "
        + "temprature (did you mean temperature?), topP (did you mean top_p?)")
    let many = (0..<20).map { "\"zzz_field_\($0)\": 1" }.joined(separator: ", ")
    let list = try Reading.chat(many).answer.unknown.line
    #expect(list?.hasSuffix("and 12 more") == true)
    #expect((try Reading.chat(#""nobody": null"#).answer.unknown.line) == nil)
  }

  @Test func `unknown fields are named in the reply and change nothing`() async throws {
    try await ServerFixture.run { server in
      let reply = try await server.chat(#""temprature":1"#)
      #expect(try reply.string("choices.0.message.content") == ServerFixture.answer)
      #expect(
        reply.headers.first(name: "x-resta-unknown-fields")
          == "temprature (did you mean temperature?)")
      #expect(try await server.chat().headers.first(name: "x-resta-unknown-fields") == nil)
    }
  }

  // MARK: - The document

  private static var page: String {
    let rows = RequestField.table.map { row -> String in
      let names = row.names.map { "`\($0)`" }.joined(separator: ", ")
      let what =
        switch row.handling {
        case .read: "read"
        case .ignored: "ignored"
        case .refused(let neutral) where neutral.isEmpty: "refused"
        case .refused(let neutral):
          "refused, but for " + neutral.map { "`\(JSONText.value($0))`" }.joined(separator: ", ")
        }
      let place = row.endpoint.map { ", of `\($0.rawValue)`" } ?? ""
      return "| \(names) | \(what)\(place) | \(row.about) |"
    }
    return "| field | is | |\n| --- | --- | --- |\n" + rows.joined(separator: "\n") + "\n"
  }

  @Test func `docs/server.md has the table`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "docs/server.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let head = try #require(text.range(of: "## Request fields\n"))
    let start = try #require(
      text.range(of: "| field | is |", range: head.upperBound..<text.endIndex))
    let end = text.range(of: "\n\n", range: start.upperBound..<text.endIndex)?.lowerBound
    let table = start.lowerBound..<(end.map { text.index(after: $0) } ?? text.endIndex)
    if ProcessInfo.processInfo.environment["RESTA_RECORD"] == "1" {
      try text.replacingCharacters(in: table, with: Self.page)
        .write(to: file, atomically: true, encoding: .utf8)
      Issue.record("docs/server.md was written: look at the difference, and commit it.")
      return
    }
    #expect(
      text[table] == Self.page,
      "docs/server.md is out of date: RESTA_RECORD=1 swift test --filter RequestFieldTests")
  }
}
