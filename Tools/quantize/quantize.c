// Writes a GGUF model in another number format, with llama.cpp's own quantiser:
//
//   quantize IN.gguf OUT.gguf Q4_0|Q8_0|F16|F32
//
// Small on purpose: llama.cpp's tool of that name needs its whole common library. The source may be
// quantised already, so OUT can be a requantisation: close to IN, never better than it.

#include <gguf.h>
#include <ggml.h>
#include <llama.h>

#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  enum llama_ftype type;
} formats[] = {
    {"Q4_0", LLAMA_FTYPE_MOSTLY_Q4_0},
    {"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
    {"F16", LLAMA_FTYPE_MOSTLY_F16},
    {"F32", LLAMA_FTYPE_ALL_F32},
};

static void print_errors_only(enum ggml_log_level level, const char *text, void *unused) {
  (void)unused;
  if (level == GGML_LOG_LEVEL_ERROR) fputs(text, stderr);
}

// How many tensors have which type, and what the token embeddings have: the default recipe treats
// them apart, as they are the output head too in a model that ties the two.
static int print_types(const char *path) {
  struct gguf_init_params parameters = {.no_alloc = true, .ctx = NULL};
  struct gguf_context *file = gguf_init_from_file(path, parameters);
  if (file == NULL) return 1;
  int counts[GGML_TYPE_COUNT] = {0};
  const int64_t total = gguf_get_n_tensors(file);
  for (int64_t i = 0; i < total; i++) counts[gguf_get_tensor_type(file, i)]++;
  printf("tensors:");
  for (int type = 0; type < GGML_TYPE_COUNT; type++) {
    if (counts[type] > 0) printf(" %d %s", counts[type], ggml_type_name((enum ggml_type)type));
  }
  const int64_t embeddings = gguf_find_tensor(file, "token_embd.weight");
  if (embeddings >= 0) {
    printf("; token embeddings %s", ggml_type_name(gguf_get_tensor_type(file, embeddings)));
  }
  printf("\n");
  gguf_free(file);
  return 0;
}

int main(int count, char **arguments) {
  if (count == 2) return print_types(arguments[1]);
  if (count != 4) {
    fprintf(stderr, "usage: %s IN.gguf OUT.gguf Q4_0|Q8_0|F16|F32\n", arguments[0]);
    return 2;
  }
  llama_model_quantize_params parameters = llama_model_quantize_default_params();
  parameters.allow_requantize = true;
  int known = 0;
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    if (strcmp(arguments[3], formats[i].name) == 0) {
      parameters.ftype = formats[i].type;
      known = 1;
    }
  }
  if (!known) {
    fprintf(stderr, "unknown format %s\n", arguments[3]);
    return 2;
  }
  llama_log_set(print_errors_only, NULL);
  llama_backend_init();
  const uint32_t status = llama_model_quantize(arguments[1], arguments[2], &parameters);
  llama_backend_free();
  if (status != 0) return 1;
  return print_types(arguments[2]);
}
