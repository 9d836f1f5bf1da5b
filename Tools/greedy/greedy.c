// What llama.cpp answers when nobody but llama.cpp is asked: the reference that the tests compare
// the engine with. Only the C API, and no code of the Swift package.
//
//   greedy [-t THREADS] [-b BATCH] MODEL TOKENS PROMPT-FILE...
//
// Answers each rendered prompt greedily, with at most TOKENS tokens, and prints one line of JSON for
// it: the prompt's token ids, the generated ones, and by how much each led the runner-up (logits).
//
//   greedy --table TYPE OUT.gguf OUT.f32
//
// Writes a GGUF file that holds only a token embedding table of that type, and what ggml itself
// makes of the table's bytes, as raw 32-bit floats. Ends with 3 for a type that ggml cannot quantise
// without an importance matrix, or not dequantise.

#include <ggml-cpu.h>
#include <ggml.h>
#include <gguf.h>
#include <llama.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *message, const char *detail) {
  fprintf(stderr, "greedy: %s%s%s\n", message, detail ? ": " : "", detail ? detail : "");
  exit(1);
}

static void print_errors_only(enum ggml_log_level level, const char *text, void *unused) {
  (void)unused;
  if (level == GGML_LOG_LEVEL_ERROR) fputs(text, stderr);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (memory == NULL) die("out of memory", NULL);
  return memory;
}

static char *read_file(const char *path, int32_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) die("cannot open", path);
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  rewind(file);
  char *text = allocate((size_t)size + 1);
  if (fread(text, 1, (size_t)size, file) != (size_t)size) die("cannot read", path);
  fclose(file);
  text[size] = 0;
  *length = (int32_t)size;
  return text;
}

static void print_ids(const char *name, const llama_token *ids, int32_t count) {
  printf("\"%s\":[", name);
  for (int32_t i = 0; i < count; i++) printf("%s%d", i ? "," : "", ids[i]);
  printf("]");
}

// The prompt's ids. The token that starts a sequence goes in front where the vocabulary wants it,
// unless the text spells it already.
static llama_token *tokenize(
    const struct llama_vocab *vocab, const char *text, int32_t length, int32_t *count) {
  const int32_t capacity = length + 3;
  llama_token *ids = allocate((size_t)capacity * sizeof *ids);
  *count = llama_tokenize(vocab, text, length, ids + 1, capacity - 1, false, true);
  if (*count < 0) die("the prompt cannot be tokenised", NULL);
  const llama_token first = llama_vocab_bos(vocab);
  if (llama_vocab_get_add_bos(vocab) && first >= 0 && (*count == 0 || ids[1] != first)) {
    ids[0] = first;
    *count += 1;
  } else {
    memmove(ids, ids + 1, (size_t)*count * sizeof *ids);
  }
  return ids;
}

// The largest logit's token, the first one of equals; and its lead.
static llama_token best(const float *logits, int32_t size, float *lead) {
  int32_t token = 0;
  for (int32_t i = 1; i < size; i++) {
    if (logits[i] > logits[token]) token = i;
  }
  *lead = INFINITY;
  for (int32_t i = 0; i < size; i++) {
    if (i != token && logits[token] - logits[i] < *lead) *lead = logits[token] - logits[i];
  }
  return token;
}

static void answer(
    struct llama_model *model, int threads, int batch_size, int limit, const char *path) {
  const struct llama_vocab *vocab = llama_model_get_vocab(model);
  int32_t length, count;
  char *text = read_file(path, &length);
  llama_token *prompt = tokenize(vocab, text, length, &count);

  // As the engine's contexts: one cache for all sequences, the same batches and threads.
  struct llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = (uint32_t)(count + limit);
  parameters.n_batch = (uint32_t)batch_size;
  parameters.n_ubatch = (uint32_t)batch_size;
  parameters.n_seq_max = 1;
  parameters.n_threads = threads;
  parameters.n_threads_batch = threads;
  parameters.offload_kqv = false;
  parameters.kv_unified = true;
  parameters.swa_full = true;
  parameters.no_perf = true;
  struct llama_context *context = llama_init_from_model(model, parameters);
  if (context == NULL) die("no context", path);

  for (int32_t start = 0; start < count; start += batch_size) {
    const int32_t part = count - start < batch_size ? count - start : batch_size;
    if (llama_decode(context, llama_batch_get_one(prompt + start, part)) != 0) {
      die("the prompt cannot be decoded", path);
    }
  }
  llama_token *generated = allocate((size_t)limit * sizeof *generated);
  float *leads = allocate((size_t)limit * sizeof *leads);
  int32_t made = 0;
  while (made < limit) {
    const float *logits = llama_get_logits_ith(context, -1);
    llama_token token = best(logits, llama_vocab_n_tokens(vocab), &leads[made]);
    if (llama_vocab_is_eog(vocab, token)) break;
    generated[made++] = token;
    if (made < limit && llama_decode(context, llama_batch_get_one(&token, 1)) != 0) {
      die("a token cannot be decoded", path);
    }
  }
  printf("{");
  print_ids("prompt", prompt, count);
  printf(",");
  print_ids("generated", generated, made);
  printf(",\"leads\":[");
  for (int32_t i = 0; i < made; i++) printf("%s%.9g", i ? "," : "", (double)leads[i]);
  printf("]}\n");
  llama_free(context);
  free(leads);
  free(generated);
  free(prompt);
  free(text);
}

static int generate(int count, char **arguments) {
  int threads = 1, batch_size = 512;
  while (count >= 2 && arguments[0][0] == '-') {
    if (strcmp(arguments[0], "-t") == 0) threads = atoi(arguments[1]);
    else if (strcmp(arguments[0], "-b") == 0) batch_size = atoi(arguments[1]);
    else die("unknown option", arguments[0]);
    arguments += 2;
    count -= 2;
  }
  if (count < 3 || threads < 1 || batch_size < 1 || atoi(arguments[1]) < 1) {
    fprintf(stderr, "usage: greedy [-t THREADS] [-b BATCH] MODEL TOKENS PROMPT-FILE...\n");
    return 2;
  }
  llama_backend_init();
  struct llama_model_params parameters = llama_model_default_params();
  parameters.n_gpu_layers = 0;
  struct llama_model *model = llama_model_load_from_file(arguments[0], parameters);
  if (model == NULL) die("the model cannot be loaded", arguments[0]);
  for (int i = 2; i < count; i++) {
    answer(model, threads, batch_size, atoi(arguments[1]), arguments[i]);
  }
  llama_model_free(model);
  llama_backend_free();
  return 0;
}

static int write_table(const char *type_name, const char *gguf_path, const char *values_path) {
  enum { columns = 512, rows = 7 };
  enum ggml_type type = GGML_TYPE_COUNT;
  for (int i = 0; i < GGML_TYPE_COUNT; i++) {
    const char *name = ggml_type_name((enum ggml_type)i);
    if (name != NULL && strcmp(name, type_name) == 0) type = (enum ggml_type)i;
  }
  if (type == GGML_TYPE_COUNT || ggml_blck_size(type) == 0) return 3;
  const struct ggml_type_traits *traits = ggml_get_type_traits(type);
  const bool is_float = type == GGML_TYPE_F32 || type == GGML_TYPE_F16 || type == GGML_TYPE_BF16;
  if (!is_float && (!traits->is_quantized || traits->to_float == NULL)) return 3;
  if (ggml_quantize_requires_imatrix(type)) return 3;

  // Any numbers will do: a fixed linear congruential generator, of both signs and several sizes.
  float values[columns * rows];
  uint64_t state = 20250131;
  for (int i = 0; i < columns * rows; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    values[i] = ((float)(state >> 40) / 16777216.0f - 0.5f) * (float)(1 << (i / columns));
  }
  struct ggml_init_params memory = {.mem_size = 1 << 20, .mem_buffer = NULL, .no_alloc = false};
  struct ggml_context *context = ggml_init(memory);
  struct ggml_tensor *table = ggml_new_tensor_2d(context, type, columns, rows);
  ggml_set_name(table, "token_embd.weight");
  ggml_quantize_chunk(type, values, table->data, 0, rows, columns, NULL);
  // A tensor in front, so that the table does not start at the file's first data byte.
  struct ggml_tensor *other = ggml_new_tensor_1d(context, GGML_TYPE_F32, 3);
  ggml_set_name(other, "other");
  memset(other->data, 0x5a, ggml_nbytes(other));
  struct gguf_context *file = gguf_init_empty();
  gguf_set_val_str(file, "general.architecture", "llama");
  gguf_add_tensor(file, other);
  gguf_add_tensor(file, table);
  if (!gguf_write_to_file(file, gguf_path, false)) die("cannot write", gguf_path);

  float back[columns * rows];
  if (type == GGML_TYPE_F32) memcpy(back, table->data, sizeof back);
  else traits->to_float(table->data, back, columns * rows);
  FILE *out = fopen(values_path, "wb");
  if (out == NULL || fwrite(back, sizeof *back, columns * rows, out) != columns * rows) {
    die("cannot write", values_path);
  }
  fclose(out);
  gguf_free(file);
  ggml_free(context);
  return 0;
}

int main(int count, char **arguments) {
  llama_log_set(print_errors_only, NULL);
  if (count == 5 && strcmp(arguments[1], "--table") == 0) {
    return write_table(arguments[2], arguments[3], arguments[4]);
  }
  return generate(count - 1, arguments + 1);
}
