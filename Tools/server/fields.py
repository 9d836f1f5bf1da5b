"""Fields of requests, by what the server has to do with them."""

# Fields that would change the answer and that the server does not have.
REFUSED = {
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    "tool_choice": "required", "functions": [{"name": "f"}], "function_call": {"name": "f"},
    "response_format": {"type": "json_object"}, "logit_bias": {"1": 5}, "presence_penalty": 0.5,
    "frequency_penalty": -0.5, "modalities": ["audio"], "audio": {"voice": "a", "format": "wav"},
    "web_search_options": {"user_location": None}, "reasoning_effort": "low", "verbosity": "low",
    "repetition_penalty": 1.1, "min_tokens": 3, "ignore_eos": True, "grammar": "root ::= x",
    "json_schema": {"type": "object"}, "guided_json": {"type": "object"}, "guided_regex": "a",
    "guided_choice": ["a"], "guided_grammar": "g", "structured_outputs": {"json": {}},
    "chat_template": "x", "chat_template_kwargs": {"a": 1}, "add_generation_prompt": False,
    "continue_final_message": True, "mirostat": 2, "typical_p": 0.5, "tfs_z": 0.5,
    "repeat_penalty": 1.2, "best_of": 3, "use_beam_search": True, "prompt_logprobs": 2,
    "bad_words": ["a"], "allowed_token_ids": [1], "stop_token_ids": [2], "echo": True,
    "suffix": "x", "xtc_probability": 0.5, "dry_multiplier": 0.8, "n_probs": 3,
    "include_stop_str_in_output": True, "options": {"num_predict": 3}, "system": "x"}
NEUTRAL = {"tools": [], "tool_choice": "auto", "response_format": {"type": "text"},
           "logit_bias": {}, "presence_penalty": 0, "frequency_penalty": 0, "modalities": ["text"],
           "repetition_penalty": 1, "repeat_penalty": 1, "best_of": 1, "add_generation_prompt": True,
           "continue_final_message": False, "echo": False, "grammar": None, "suffix": None}
IGNORED = {"user": "u", "metadata": {"a": "b"}, "store": True, "service_tier": "auto",
           "safety_identifier": "s", "prompt_cache_key": "k", "parallel_tool_calls": True,
           "prediction": {"type": "content", "content": "x"}, "a_field_nobody_knows": [1]}
