import RESTADocuments

extension RequestField {
  /// All rows: those of OpenAI, llama-server, vLLM, SGLang, TGI, Ollama and LM Studio, and what clients of
  /// text-generation-webui, KoboldCpp, Mistral and OpenRouter send.
  ///
  /// `{}` is neutral only where it means nothing: an empty JSON schema still asks for JSON, and empty
  /// options still switch a web search on.
  static let table =
    read + refusedShapes + refusedSampling + refusedPrompts + refusedReplies + ignored

  // MARK: - Read

  private static let read: [RequestField] = [
    .init("model", .read, "the one model, or left out"),
    .init("messages", .read, only: .chat, "the conversation"),
    .init("prompt", .read, only: .completion, "a text or several"),
    .init(
      "max_tokens max_completion_tokens n_predict num_predict max_new_tokens max_output_tokens"
        + " max_tokens_to_sample", .read,
      "the most tokens of the answer; −1 and −2 are as many as `limits.answer_tokens` allows"),
    .init(
      "stop stop_sequences stop_strings stop_sequence", .read,
      "up to 16 texts of 256 bytes; `\"\"` is none"),
    .init("temperature", .read, "0 to 2"),
    .init("do_sample", .read, "has to agree with the temperature: `false` for 0, `true` for more"),
    .init("top_p", .read, "0 to 1"),
    .init("top_k", .read, "0 and −1 are off"),
    .init("min_p", .read, "0 to 1"),
    .init("seed random_seed sampling_seed", .read, "of sampling only; −1 is as if left out"),
    .init("n n_cmpl num_return_sequences", .read, "answers, up to `limits.choices`"),
    .init("stream", .read, "whether the answer is sent as it is made"),
    .init("stream_options", .read, "`include_usage`, with `stream` only"),
    .init("logprobs", .read, "`true` for a chat, a number up to 5 for a completion"),
    .init("top_logprobs", .read, "0 to 20, of a chat"),
    .init("resta", .read, "the defence"),
  ]

  // MARK: - Refused

  private static func refused(
    _ names: String, _ neutral: JSONValue..., about: String, instead: String = "leave it out"
  ) -> RequestField {
    RequestField(names, .refused(neutral: neutral), about, instead: instead)
  }

  private static let empty = JSONValue.object(JSONObject())
  private static let text = JSONValue.object(["type": .string("text")])
  private static let inside = "its members belong into the body itself"

  private static let refusedShapes: [RequestField] = [
    refused("tools functions mcp_servers plugins", .array([]), about: "there are no tools"),
    // Without tools there is nothing to choose automatically.
    refused(
      "tool_choice function_call", .string("none"), .string("auto"), about: "there are no tools"),
    refused("response_format", text, empty, about: "the answer's format"),
    refused("format", .string(""), about: "the answer's format"),
    refused(
      "grammar guided_grammar guided_regex guided_json regex ebnf structural_tag grammar_string",
      .string(""), about: "the answer's format"),
    refused("json_schema", about: "the answer's format"),
    refused("guided_choice", .array([]), about: "the answer's format"),
    refused("structured_outputs text", empty, about: "the answer's format"),
    refused("modalities", .array([.string("text")]), .array([]), about: "answers are text"),
    refused("audio", empty, about: "answers are text"),
    refused("web_search_options", about: "nothing is searched"),
    refused("enable_search", .bool(false), about: "nothing is searched"),
    refused("safe_prompt", .bool(false), about: "a system prompt of another server"),
    refused("verbosity prompt_mode task", about: "how a model of another server answers"),
    refused(
      "reasoning_effort thinking think enable_thinking thinking_budget reasoning",
      about: "how long the model reasons: the template decides here"),
    refused(
      "thinking_token_budget reasoning_budget reasoning_budget_tokens thinking_budget_tokens",
      .integer(-1), about: "how long the model reasons"),
    refused("thinking_forced_open", .bool(false), about: "how the model reasons"),
  ]

  private static let refusedSampling: [RequestField] = [
    refused("logit_bias", empty, .array([]), about: "changes probabilities"),
    refused("presence_penalty frequency_penalty", .integer(0), about: "changes probabilities"),
    refused(
      "repetition_penalty repeat_penalty rep_pen encoder_repetition_penalty", .integer(1),
      about: "changes probabilities"),
    refused(
      "dry_multiplier no_repeat_ngram_size penalty_alpha diversity_penalty", .integer(0),
      about: "penalises what is repeated"),
    refused("repetition_detection", about: "ends the answer where it repeats itself"),
    refused(
      "mirostat mirostat_mode xtc_probability dynatemp_range smoothing_factor top_a epsilon_cutoff"
        + " eta_cutoff", .integer(0), about: "another way to sample"),
    refused("dynamic_temperature", .bool(false), about: "another way to sample"),
    refused("typical_p typical tfs_z tfs", .integer(1), about: "another way to sample"),
    refused("top_n_sigma", .integer(-1), .integer(0), about: "another way to sample"),
    refused("adaptive_target", .integer(-1), about: "another way to sample"),
    refused("min_keep", .integer(0), .integer(1), about: "another way to sample"),
    refused("samplers sampler_priority sampler_order", .array([]), about: "another way to sample"),
    refused("temperature_last", .bool(false), about: "another way to sample"),
    refused("use_beam_search", .bool(false), about: "another way to search"),
    refused("num_beams num_beam_groups best_of", .integer(1), about: "another way to search"),
    refused("guidance_scale cfg_scale", .integer(1), about: "changes probabilities"),
    refused("negative_prompt", .string(""), about: "changes probabilities"),
    refused("watermark watermarking", .bool(false), about: "changes probabilities"),
    refused(
      "bad_words banned_strings banned_tokens allowed_token_ids", .array([]),
      about: "forbids tokens"),
    refused("custom_token_bans", .string(""), about: "forbids tokens"),
    refused("custom_logit_processor logits_processors", about: "changes probabilities"),
    refused(
      "custom_params vllm_xargs session_params", empty,
      about: "what extensions of another server do"),
    refused("min_tokens min_new_tokens min_length", .integer(0), about: "the least length"),
    refused(
      "max_length", about: "servers do not agree whether the prompt counts",
      instead: "give max_tokens"),
    refused("ignore_eos ban_eos_token", .bool(false), about: "goes on behind the answer's end"),
    refused("stop_token_ids stop_regex", .array([]), about: "ends the answer"),
    refused(
      "include_stop_str_in_output no_stop_trim", .bool(false), about: "keeps the stop string"),
    refused(
      "t_max_predict_ms t_max_prompt_ms max_time max_tokens_second", .integer(0), .integer(-1),
      about: "ends the answer by the clock"),
    refused("n_indent", .integer(0), about: "ends the answer by its indentation"),
  ]

  private static let refusedPrompts: [RequestField] = [
    refused(
      "options parameters sampling_params extra_body", empty, about: "fields inside another",
      instead: inside),
    refused(
      "system system_prompt instructions guideline", .string(""), about: "a part of the prompt",
      instead: "write a message with the role system"),
    refused(
      "input inputs", about: "the prompt of another API", instead: "give messages, or a prompt"),
    refused(
      "context documents input_extra", .array([]), about: "a part of the prompt",
      instead: "write it into a message"),
    refused(
      "suffix input_prefix input_suffix", .string(""), about: "the text around the answer"),
    refused("images image_data multimodal_data", .array([]), about: "only text is read"),
    refused("input_ids prompt_token_ids", .array([]), about: "token ids could be control tokens"),
    refused("prompt_embeds", about: "embeddings are the server's own"),
    refused("previous_response_id conversation", about: "nothing is kept between requests"),
    refused(
      "chat_template template instruction_template chat_template_str", .string(""),
      about: "the template is the operator's"),
    refused("chat_template_kwargs", empty, about: "the template is the operator's"),
    refused("add_generation_prompt", .bool(true), about: "an answer begins a message"),
    refused(
      "continue_final_message continue_ add_assistant", .bool(false),
      about: "an answer begins a message, and continues none"),
    refused("generation_prompt", .string(""), about: "the template is the operator's"),
    refused(
      "raw", .bool(false), about: "a prompt without a template", instead: "use /v1/completions"),
    .init(
      "add_special_tokens", .refused(neutral: [.bool(false)]), only: .chat,
      "the template says how a prompt begins"),
    .init(
      "add_special_tokens", .refused(neutral: [.bool(true)]), only: .completion,
      "every prompt has the model's token for its beginning"),
    refused("add_bos_token", .bool(true), about: "every prompt has it where the model has one"),
    refused("preserved_tokens", .array([]), about: "what is a control token"),
    refused(
      "truncate_prompt_tokens prompt_truncate_len truncation_length", .integer(-1),
      about: "shortens the prompt"),
    refused("truncate", .bool(false), about: "shortens the prompt"),
    refused("truncation", .string("disabled"), about: "shortens the prompt"),
    refused("context_length_exceeded_behavior", .string("error"), about: "shortens the prompt"),
    refused("transforms", .array([]), about: "shortens the prompt"),
    refused("lora lora_adapters", .array([]), about: "the weights are the operator's"),
    refused("lora_path lora_request adapter_id", about: "the weights are the operator's"),
    refused("preset mode character", about: "settings that only another server has"),
  ]

  private static let refusedReplies: [RequestField] = [
    refused(
      "n_probs top_n_tokens", .integer(0), about: "the reply's log-probabilities",
      instead: "give logprobs"),
    refused("prompt_logprobs logprob_token_ids", about: "the reply's log-probabilities"),
    refused(
      "decoder_input_details return_tokens_as_token_ids", .bool(false),
      about: "the reply's log-probabilities"),
    refused("echo return_full_text", .bool(false), about: "the prompt in front of the answer"),
    refused(
      "return_tokens return_token_ids return_prompt_token_ids return_hidden_states"
        + " return_routed_experts return_prompt_text _debug_render_only", .bool(false),
      about: "the reply's members"),
    refused("response_fields include", .array([]), about: "the reply's members"),
    refused("skip_special_tokens", .bool(true), about: "control tokens are never part of the text"),
    refused(
      "reasoning_format", .string("none"), about: "the whole answer is in its content"),
    refused("separate_reasoning", .bool(false), about: "the whole answer is in its content"),
    refused(
      "include_reasoning stream_reasoning", .bool(true), about: "the whole answer is in its content"
    ),
  ]

  // MARK: - Ignored

  private static let ignored: [RequestField] = [
    .init(
      "user metadata store service_tier safety_identifier request_id session_id rid extra_key"
        + " custom_labels moderation background anthropic_version", .ignored,
      "says who asks, or what to keep: nothing is kept"),
    .init(
      "prompt_cache_key prompt_cache_retention cache_prompt cache_salt id_slot slot_id"
        + " n_cache_reuse keep_alive ttl kv_transfer_params ec_transfer_params bootstrap_host"
        + " bootstrap_port bootstrap_room routed_dp_rank data_parallel_rank"
        + " disagg_prefill_dp_rank priority provider route", .ignored,
      "where and when it is computed, and what is remembered"),
    .init(
      "prediction draft_model ngram_corpus_id prompt_lookup_num_tokens speculative.n_max"
        + " speculative.n_min speculative.p_min backend_sampling", .ignored,
      "drafts change no answer"),
    .init(
      "num_ctx n_keep num_keep n_discard shift num_batch num_gpu main_gpu num_thread n_threads numa"
        + " low_vram f16_kv use_mmap use_mlock vocab_only logits_all static_cache", .ignored,
      "the context and the machine are the operator's; a prompt that is too long is an error"),
    .init(
      "parallel_tool_calls tool_prompt parse_tool_calls chat_format chat_parser", .ignored,
      "only with tools"),
    .init(
      "repeat_last_n penalize_nl penalize_newline repetition_penalty_range dry_base"
        + " dry_allowed_length dry_penalty_last_n dry_sequence_breakers", .ignored,
      "only with a penalty"),
    .init(
      "mirostat_tau mirostat_eta xtc_threshold dynatemp_low dynatemp_high dynatemp_exponent"
        + " smoothing_curve adaptive_decay", .ignored, "only with another way to sample"),
    .init("length_penalty early_stopping", .ignored, "only with a beam search"),
    .init(
      "guided_decoding_backend guided_whitespace_pattern grammar_lazy grammar_triggers"
        + " grammar_type", .ignored, "only with a grammar"),
    .init(
      "reasoning_control reasoning_budget_start_tag reasoning_budget_end_tag"
        + " reasoning_budget_end_tags reasoning_budget_message", .ignored,
      "only with a budget for reasoning"),
    .init("truncation_side", .ignored, "only where a prompt is shortened"),
    .init("spaces_between_special_tokens", .ignored, "only with control tokens in the text"),
    .init("post_sampling_probs", .ignored, "only with `n_probs`"),
    .init(
      "mm_processor_kwargs media_io_kwargs return_mm_kwargs max_dynamic_patch min_dynamic_patch"
        + " use_audio_in_video images_config", .ignored, "only with images or sound"),
    .init(
      "timings_per_token return_progress verbose details return_meta_info"
        + " return_cached_tokens_details return_token_offsets routed_experts_prompt_start"
        + " routed_experts_start_len usage sse_ping_interval stream_interval", .ignored,
      "measurements beside the answer, and how often something is sent"),
  ]
}
