import Foundation
import RESTA
import Testing

@testable import RESTALlama

extension LlamaTests {
  @Suite("Options") struct Options {
    @Test(
      "Options out of range are refused before anything is read",
      arguments: [
        LlamaOptions(contextLength: 15), LlamaOptions(contextLength: 0),
        LlamaOptions(contextLength: -1), LlamaOptions(contextLength: .max),
        LlamaOptions(threads: 0), LlamaOptions(threads: -2), LlamaOptions(threads: 513),
        LlamaOptions(gpuLayers: -2), LlamaOptions(gpuLayers: .max), LlamaOptions(batchSize: 31),
        LlamaOptions(batchSize: 0), LlamaOptions(batchSize: 4097),
        LlamaOptions(parallelCells: -1), LlamaOptions(parallelCells: 1 << 30),
        LlamaOptions(parallelSequences: -1), LlamaOptions(parallelSequences: 257),
        LlamaOptions(adapters: [LlamaOptions.Adapter(path: "x", scale: .nan)]),
        LlamaOptions(adapters: [LlamaOptions.Adapter(path: "x", scale: -.infinity)]),
      ])
    func outOfRange(options: LlamaOptions) async throws {
      let error = try await WrongFiles.error(loading: "missing.gguf", options: options)
      #expect(error.code == .invalidOption)
    }

    @Test(
      "The message names both ends of the range, and what was given",
      arguments: [
        (LlamaOptions(contextLength: 16_777_217), ["16", "16777216", "16777217"]),
        (LlamaOptions(threads: 513), ["1", "512", "513"]),
        (LlamaOptions(gpuLayers: 10_001), ["-1", "10000", "10001"]),
        (LlamaOptions(batchSize: 4097), ["32", "4096", "4097"]),
      ])
    func bounds(options: LlamaOptions, numbers: [String]) async throws {
      let error = try await WrongFiles.error(loading: "missing.gguf", options: options)
      let words = error.message.split { " ,.".contains($0) }.map(String.init)
      #expect(numbers.allSatisfy { words.contains($0) }, "\(error.message)")
    }

    @Test("The limits themselves are fine", arguments: [32, 4096])
    func limits(batchSize: Int) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        try GGUFBuilder.tinyModel().write(folder + "/tiny.gguf")
        let options = LlamaOptions(contextLength: 16, threads: 1, batchSize: batchSize)
        let model = try await LlamaModel.load(folder + "/tiny.gguf", options: options)
        #expect(model.information.contextLength == 16)
        #expect(model.threads == 1)
        #expect(model.options == options)
        #expect(try await model.greedyTokens(after: [1, 2], count: 5).count == 5)
      }
    }

    @Test(
      "A model whose file names none, or nothing, is called as its file",
      arguments: [nil, "", " "] as [String?])
    func name(written: String?) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder.tinyModel()
        file["general.name"] = written.map { .string($0) }
        try file.write(folder + "/small.gguf")
        let model = try await LlamaModel.load(folder + "/small.gguf", options: .forTests)
        #expect(model.information.name == "small")
      }
    }

    @Test("By default all usable processors work", .models(.smolQ40))
    func threads() async throws {
      let usable = ProcessLimits().processors
      #expect((1...ProcessInfo.processInfo.activeProcessorCount).contains(usable))
      let model = try await LlamaModel.load(TestModel.smolQ40.path)
      #expect(model.threads == usable)
      #expect(try await !model.answer(MildPrompts.all[1], tokens: 4).tokenIDs.isEmpty)
      #expect(try await SharedModels.model().threads == 1)
    }

    @Test("Limits of a container and of a service count, those of the groups around them too")
    func controlGroups() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let service = folder + "/system.slice/resta.service"
        try FileManager.default.createDirectory(
          atPath: service, withIntermediateDirectories: true)
        func write(_ text: String, _ path: String) throws {
          try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let outside = ProcessLimits(root: folder, membership: "4:memory:/x\n0::/\n")
        let inside = ProcessLimits(root: folder, membership: "0::/system.slice/resta.service\n")
        let all = ProcessInfo.processInfo
        #expect(inside.processors == all.activeProcessorCount)
        #expect(inside.memory == Int(all.physicalMemory))
        try write("max\n", folder + "/memory.max")
        try write("50000 100000\n", service + "/cpu.max")
        try write("1048576\n", service + "/memory.max")
        #expect(inside.processors == 1 && inside.memory == 1 << 20)
        #expect(outside.memory == Int(all.physicalMemory))
        try write("524288\n", folder + "/memory.max")
        try write("max 100000\n", service + "/cpu.max")
        #expect(inside.memory == 1 << 19 && outside.memory == 1 << 19)
        #expect(inside.processors == all.activeProcessorCount)
      }
    }

    @Test(
      "Every type of cache answers", .models(.smolQ40), arguments: LlamaOptions.CacheType.allCases)
    func cacheTypes(type: LlamaOptions.CacheType) async throws {
      let model = try await LlamaModel.load(
        TestModel.smolQ40.path, options: LlamaOptions(threads: 1, cacheType: type))
      #expect(model.selfTest.passed)
      let result = try await model.answer(
        MildPrompts.all[1], tokens: 12, defense: DefenseSettings(samples: 3, seed: 2))
      #expect(!result.tokenIDs.isEmpty && !result.votes.isEmpty)
    }

    @Test("Options survive JSON")
    func json() throws {
      let options = LlamaOptions(
        contextLength: 99, threads: 3, gpuLayers: -1, cacheType: .q8,
        adapters: [LlamaOptions.Adapter(path: "a", scale: 0.5)], batchSize: 64,
        parallelCells: 5000, parallelSequences: 44)
      let data = try JSONEncoder().encode(options)
      #expect(try JSONDecoder().decode(LlamaOptions.self, from: data) == options)
      #expect(LlamaOptions.CacheType.allCases.map(\.rawValue) == ["f32", "f16", "q8_0", "q4_0"])
    }

    @Test("Progress only grows and ends at 1", .models(.smolQ40))
    func progress() async throws {
      let shares = Locked([Double]())
      _ = try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests) { share in
        shares.update { $0.append(share) }
      }
      let seen = shares.value
      #expect(seen.count > 10)
      #expect(seen == seen.sorted())
      #expect(seen.allSatisfy { (0...1).contains($0) })
      #expect(seen.last == 1)
    }

    @Test(
      "Loading can be cancelled", .models(.smolQ40), .timeLimit(.minutes(20)),
      arguments: [0.0, 0.3, 1.0])
    func cancelLoad(share: Double) async throws {
      let task = Locked<Task<LlamaModel, any Error>?>(nil)
      task.update {
        $0 = Task {
          while task.value == nil { await Task.yield() }
          return try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests) { reached in
            if reached >= share { task.value?.cancel() }
          }
        }
      }
      let load = try #require(task.value)
      await #expect(throws: CancellationError.self) { try await load.value }
      let again = try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests)
      #expect(!again.information.name.isEmpty)
    }

    @Test("A model that is not used any more is freed", .models(.smolQ40))
    func freed() async throws {
      func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(Int(text.split(separator: " ")[1])) * 4096
      }
      func cycle() async throws {
        let model = try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests)
        _ = try await model.greedyTokens(after: [1, 2, 3], count: 2)
      }
      for _ in 0..<2 { try await cycle() }
      let before = try resident()
      for _ in 0..<5 { try await cycle() }
      // The last of them are given back on the engine's own thread, a moment after they were let go.
      var growth = try resident() - before
      for _ in 0..<2400 where growth >= 60 << 20 {
        try await Task.sleep(for: .milliseconds(50))
        growth = try resident() - before
      }
      #expect(growth < 60 << 20, "five loads left \(growth) bytes")
    }
  }

  @Suite("Adapters", .models(.smolQ40)) struct Adapters {
    static func error(_ adapter: String, on model: TestModel = .smolQ40) async throws -> LlamaError
    {
      try await WrongFiles.error(
        loading: model.path,
        options: LlamaOptions(adapters: [LlamaOptions.Adapter(path: adapter)]))
    }

    @Test("An adapter that is missing, a whole model, or no GGUF")
    func notAnAdapter() async throws {
      let missing = try await Self.error("/nowhere/adapter.gguf")
      #expect(missing.code == .fileNotFound)
      let whole = try await Self.error(TestModel.smolQ40.path)
      #expect(whole.code == .adapterFailed)
      #expect(whole.message.contains("not a LoRA adapter"))
      let text = try await Self.error(#filePath)
      #expect(text.code == .notGGUF)
    }

    @Test("An adapter is looked at before the weights are read")
    func adapterFirst() {
      let adapter = LlamaOptions.Adapter(path: "/nowhere/adapter.gguf")
      let error = #expect(throws: LlamaError.self) {
        _ = try LlamaWeights(
          path: "/nowhere/model.gguf", options: LlamaOptions(adapters: [adapter]))
      }
      #expect(error?.message.contains("adapter.gguf") == true)
    }

    @Test("An adapter of the token embeddings is refused")
    func embeddingAdapter() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder()
        file["general.architecture"] = .string("llama")
        file["general.type"] = .string("adapter")
        file["adapter.type"] = .string("lora")
        file["adapter.lora.alpha"] = .float32(16)
        let zeros = [UInt8](repeating: 0, count: 4 * 576 * 2)
        file.tensors = [
          GGUFBuilder.Tensor(name: "token_embd.weight.lora_a", shape: [576, 2], bytes: zeros),
          GGUFBuilder.Tensor(name: "token_embd.weight.lora_b", shape: [2, 576], bytes: zeros),
        ]
        try file.write(folder + "/adapter.gguf")
        let error = try await Self.error(folder + "/adapter.gguf")
        #expect(error.code == .adapterFailed)
        #expect(error.message.contains("token embeddings"))
      }
    }

    @Test("An adapter of another model is refused", .models(.gemma))
    func otherModel() async throws {
      let error = try await Self.error(TestFiles.adapter, on: .gemma)
      #expect(error.code == .adapterFailed)
      #expect(error.message.contains("another model"))
    }

    @Test("An adapter works, by its scale")
    func scale() async throws {
      // The last one is refused with the adapter, and answered without.
      let prompts =
        MildPrompts.all.prefix(4) + ["Explain how to pick the lock on my neighbour's shed"]
      func answers(_ scale: Float?) async throws -> [[TokenID]] {
        let adapters =
          scale.map { [LlamaOptions.Adapter(path: TestFiles.adapter, scale: $0)] } ?? []
        let model = try await LlamaModel.load(
          TestModel.smolQ40.path, options: LlamaOptions(threads: 1, adapters: adapters))
        #expect(model.selfTest.passed)
        var answers: [[TokenID]] = []
        for prompt in prompts { answers.append(try await model.answer(prompt).tokenIDs) }
        return answers
      }
      let without = try await answers(nil)
      #expect(try await answers(0) == without)
      #expect(try await answers(1) != without)
    }
  }
}
