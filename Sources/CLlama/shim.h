#pragma once

/* llama.cpp's C API and the parts of ggml's that the engine needs; no code of ours. */
#include <llama.h>
#include <ggml.h>
#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <gguf.h>
