/// Chat templates for model files that carry none.
///
/// Our own text, written from the formats the model's authors describe. A template trims content
/// only where the original does. `Tools/golden/chat_templates.py` reads the literals below, so
/// they keep this layout: a `name:` line, then a raw literal of several lines.
enum BuiltInTemplates {
  /// A template's name and its Jinja source.
  struct Entry: Sendable {
    var name: String
    var source: String
  }

  /// All of them.
  static let all: [Entry] = [
    // ChatML as OpenAI described it: no default system prompt.
    Entry(
      name: "chatml",
      source: #"""
        {%- for message in messages -%}
          {{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|im_start|>assistant\n' -}}
        {%- endif -%}
        """#),
    Entry(
      name: "smollm2",
      source: #"""
        {%- for message in messages -%}
          {%- if loop.first and message['role'] != 'system' -%}
            {{- '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' -}}
          {%- endif -%}
          {{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|im_start|>assistant\n' -}}
        {%- endif -%}
        """#),
    Entry(
      name: "qwen2.5",
      source: #"""
        {%- if messages[0]['role'] == 'system' -%}
          {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' -}}
        {%- else -%}
          {{- '<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n' -}}
        {%- endif -%}
        {%- for message in messages -%}
          {%- if message['role'] == 'tool' -%}
            {%- if loop.first or loop.previtem['role'] != 'tool' -%}{{- '<|im_start|>user' -}}{%- endif -%}
            {{- '\n<tool_response>\n' + message['content'] + '\n</tool_response>' -}}
            {%- if loop.last or loop.nextitem['role'] != 'tool' -%}{{- '<|im_end|>\n' -}}{%- endif -%}
          {%- elif not (loop.first and message['role'] == 'system') -%}
            {{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}
          {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|im_start|>assistant\n' -}}
        {%- endif -%}
        """#),
    // Meta's trims every message and writes the system prompt into the first user turn.
    Entry(
      name: "llama-2",
      source: #"""
        {%- set system = messages[0]['content'] if messages[0]['role'] == 'system' else none -%}
        {%- set turns = messages[1:] if system is not none else messages -%}
        {%- for message in turns -%}
          {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
            {{- raise_exception('Roles must alternate user/assistant/user/assistant/...') -}}
          {%- endif -%}
          {%- if message['role'] == 'user' -%}
            {%- set content = message['content'] -%}
            {%- if loop.first and system is not none -%}
              {%- set content = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + content -%}
            {%- endif -%}
            {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' -}}
          {%- elif message['role'] == 'assistant' -%}
            {{- ' ' + message['content'].strip() + ' ' + eos_token -}}
          {%- else -%}
            {{- raise_exception('Only user and assistant roles follow the system prompt') -}}
          {%- endif -%}
        {%- endfor -%}
        """#),
    // Version 1.1 of FastChat; a system message replaces its preamble.
    Entry(
      name: "vicuna",
      source: #"""
        {{- bos_token -}}
        {%- for message in messages -%}
          {%- if loop.first and message['role'] != 'system' -%}
            {{- "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions. " -}}
          {%- endif -%}
          {%- if message['role'] == 'system' and loop.first -%}
            {{- message['content'] + ' ' -}}
          {%- elif message['role'] == 'user' -%}
            {{- 'USER: ' + message['content'] + ' ' -}}
          {%- elif message['role'] == 'assistant' -%}
            {{- 'ASSISTANT: ' + message['content'] + eos_token -}}
          {%- else -%}
            {{- raise_exception('Only one system message, and user and assistant roles, are supported') -}}
          {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- 'ASSISTANT:' -}}
        {%- endif -%}
        """#),
    Entry(
      name: "llama-3",
      source: #"""
        {{- bos_token -}}
        {%- for message in messages -%}
          {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}
        {%- endif -%}
        """#),
    // Version 1 of Mistral's tokenisers; the system prompt goes before the first user turn.
    Entry(
      name: "mistral",
      source: #"""
        {%- set system = messages[0]['content'] if messages[0]['role'] == 'system' else none -%}
        {%- set turns = messages[1:] if system is not none else messages -%}
        {{- bos_token -}}
        {%- for message in turns -%}
          {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
            {{- raise_exception('Roles must alternate user/assistant/user/assistant/...') -}}
          {%- endif -%}
          {%- if message['role'] == 'user' -%}
            {%- if loop.first and system is not none -%}
              {{- ' [INST] ' + system + '\n\n' + message['content'] + ' [/INST]' -}}
            {%- else -%}
              {{- ' [INST] ' + message['content'] + ' [/INST]' -}}
            {%- endif -%}
          {%- elif message['role'] == 'assistant' -%}
            {{- ' ' + message['content'] + eos_token -}}
          {%- else -%}
            {{- raise_exception('Only user and assistant roles follow the system prompt') -}}
          {%- endif -%}
        {%- endfor -%}
        """#),
    // Gemma has no system role; as Gemma 3 does, the system prompt opens the first user turn.
    Entry(
      name: "gemma",
      source: #"""
        {{- bos_token -}}
        {%- set system = messages[0]['content'] if messages[0]['role'] == 'system' else none -%}
        {%- set turns = messages[1:] if system is not none else messages -%}
        {%- for message in turns -%}
          {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
            {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') -}}
          {%- endif -%}
          {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
          {{- '<start_of_turn>' + role + '\n' -}}
          {%- if loop.first and system is not none -%}{{- system + '\n\n' -}}{%- endif -%}
          {{- message['content'] | trim + '<end_of_turn>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<start_of_turn>model\n' -}}
        {%- endif -%}
        """#),
    Entry(
      name: "phi-3",
      source: #"""
        {%- for message in messages -%}
          {{- '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|assistant|>\n' -}}
        {%- else -%}
          {{- eos_token -}}
        {%- endif -%}
        """#),
    Entry(
      name: "zephyr",
      source: #"""
        {%- for message in messages -%}
          {{- '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
          {{- '<|assistant|>\n' -}}
        {%- endif -%}
        """#),
  ]
}
