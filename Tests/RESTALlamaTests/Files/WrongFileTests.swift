import Foundation
import RESTA
import RESTALlama
import Testing

extension LlamaTests {
  /// Files that are sound, and not what is wanted; or sound GGUF with contents that make no sense.
  @Suite("Wrong files") struct WrongFiles {
    static func error(loading path: String, options: LlamaOptions = .forTests) async throws
      -> LlamaError
    {
      try #require(
        await #expect(throws: LlamaError.self) {
          try await LlamaModel.load(path, options: options)
        })
    }

    @Test("A file that is missing, a folder, or no GGUF")
    func notAModel() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let text = folder + "/notes.txt"
        try Data("These are notes, not weights.".utf8).write(to: URL(fileURLWithPath: text))
        let empty = folder + "/empty.gguf"
        try Data().write(to: URL(fileURLWithPath: empty))
        let expectations: [(String, LlamaError.Code)] = [
          (folder + "/missing.gguf", .fileNotFound), (folder, .fileNotFound), ("", .fileNotFound),
          (text, .notGGUF), (empty, .notGGUF),
        ]
        for (path, code) in expectations {
          let error = try await Self.error(loading: path)
          #expect(error.code == code, "\(path): \(error)")
          #expect(error.message.contains("'\(path)'"))
          let vocabularyError = try #require(throws: LlamaError.self) {
            try LlamaVocabulary(path: path)
          }
          #expect(vocabularyError.code == code)
        }
      }
    }

    @Test(
      "Architectures that cannot be used are named", arguments: ["foo", "mamba", "gemma3n", ""])
    func architecture(name: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/model.gguf"
        try GGUFBuilder.tinyModel(architecture: name).write(path)
        let error = try await Self.error(loading: path)
        #expect(error.code == .unsupportedArchitecture)
        #expect(error.message.contains("'\(name)'"))
        #expect(error.message.contains("llama") && error.message.contains("gemma3"))
      }
    }

    @Test(
      "A real model of another architecture is refused", .models(.smolQ40),
      arguments: ["mamba", "foooo"])
    func renamedRealModel(name: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/model.gguf"
        try TestFiles.copy(TestModel.smolQ40.path, to: path)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        // "llama", the first value.
        try handle.seek(toOffset: 64)
        #expect(try handle.read(upToCount: 5) == Data("llama".utf8))
        try handle.seek(toOffset: 64)
        try handle.write(contentsOf: Data(name.utf8))
        try handle.close()
        let error = try await Self.error(loading: path)
        #expect(error.code == .unsupportedArchitecture)
        #expect(error.message.contains("'\(name)'"))
      }
    }

    @Test(
      "A part of a model alone is told what it is",
      arguments: ["model-00002-of-00003.gguf", "renamed.gguf"])
    func part(name: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder.tinyModel()
        file["split.count"] = .uint32(3)
        // Only the first one says it.
        if name != "renamed.gguf" { file["general.architecture"] = nil }
        try file.write(folder + "/" + name)
        let error = try await Self.error(loading: folder + "/" + name)
        #expect(error.code == .loadFailed && error.message.contains("one of the parts"))
      }
    }

    @Test("A file without a chat template has none, whatever llama.cpp names in its place")
    func noTemplate() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder.tinyModel()
        // As many layers, and the tokens, of a Mistral Small: llama.cpp says 'mistral-v7-tekken' then.
        file["tokenizer.ggml.pre"] = .string("tekken")
        file["llama.block_count"] = .uint32(40)
        let layer = file.tensors.filter { $0.name.hasPrefix("blk.0.") }
        for number in 1..<40 {
          file.tensors += layer.map { tensor in
            var tensor = tensor
            tensor.name = "blk.\(number)." + tensor.name.dropFirst("blk.0.".count)
            return tensor
          }
        }
        try file.write(folder + "/model.gguf")
        let model = try await LlamaModel.load(folder + "/model.gguf", options: .forTests)
        #expect(try model.chatTemplate == nil)
      }
    }

    @Test("A vocabulary alone is no model", .vocabularies)
    func vocabularyOnly() async throws {
      let error = try await Self.error(
        loading: TestFiles.vocabularies + "/ggml-vocab-llama-bpe.gguf")
      #expect([.loadFailed, .damagedFile].contains(error.code), "\(error)")
    }

    @Test("Version 1 and versions to come are refused", arguments: [0, 1, 4, 99, UInt32.max])
    func version(version: UInt32) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder.tinyModel()
        file.version = version
        try file.write(folder + "/model.gguf")
        let error = try await Self.error(loading: folder + "/model.gguf")
        #expect(error.code == .damagedFile)
      }
    }

    /// Contents that no converter writes, each in a process of its own.
    enum Oddity: String, CaseIterable, Codable, Sendable {
      case noTokens, noMerges, noArchitecture, noTensors, noVocabulary, unknownTokenizer
      case unknownPretokenizer, duplicateToken, emptyToken, fewerTypes, specialOutOfRange
      case addsMissingFirst, splitCountNaN, splitCountHuge, splitCountNegative, splitCountMissing
      case zeroContext, zeroHeads, zeroLayers, hugeEmbedding, negativeLayers, textLength
      case missingTensor, swappedShape, duplicateTensor, nanWeights, template, wrongTypes
      case tensorBeyondInt, layerBeyondInt, rwkvTokenizer, bertTokenizer, unknownScaling

      func apply(_ file: inout GGUFBuilder) {
        switch self {
        case .noTokens: file["tokenizer.ggml.tokens"] = nil
        case .noMerges: file["tokenizer.ggml.merges"] = nil
        case .noArchitecture: file["general.architecture"] = nil
        case .noTensors: file.tensors = []
        case .noVocabulary: file["tokenizer.ggml.model"] = .string("no_vocab")
        case .unknownTokenizer: file["tokenizer.ggml.model"] = .string("nonsense")
        case .rwkvTokenizer: file["tokenizer.ggml.model"] = .string("rwkv")
        case .bertTokenizer: file["tokenizer.ggml.model"] = .string("bert")
        case .unknownScaling: file["llama.rope.scaling.type"] = .string("nonsense")
        case .unknownPretokenizer: file["tokenizer.ggml.pre"] = .string("nonsense")
        case .duplicateToken: changeTokens(&file) { $0[5] = $0[4] }
        case .emptyToken: changeTokens(&file) { $0[5] = [] }
        case .fewerTypes: file["tokenizer.ggml.token_type"] = .int32s([1, 1, 1])
        case .specialOutOfRange:
          file["tokenizer.ggml.bos_token_id"] = .uint32(4_000_000)
          file["tokenizer.ggml.eos_token_id"] = .uint32(258)
        case .addsMissingFirst:
          file["tokenizer.ggml.bos_token_id"] = .uint32(.max)
          file["tokenizer.ggml.add_bos_token"] = .bool(true)
        case .splitCountNaN: file["split.count"] = .float32(.nan)
        case .splitCountHuge: file["split.count"] = .uint64(.max)
        case .splitCountNegative: file["split.count"] = .int32(-3)
        case .splitCountMissing: file["split.count"] = .uint32(3)
        case .zeroContext: file["llama.context_length"] = .uint32(0)
        case .zeroHeads: file["llama.attention.head_count"] = .uint32(0)
        case .zeroLayers: file["llama.block_count"] = .uint32(0)
        case .hugeEmbedding: file["llama.embedding_length"] = .uint32(.max)
        case .negativeLayers: file["llama.block_count"] = .int32(-1)
        case .textLength: file["llama.context_length"] = .string("many")
        case .missingTensor: file.tensors.removeAll { $0.name == "blk.0.ffn_up.weight" }
        case .swappedShape: file.tensors[0].shape.reverse()
        case .duplicateTensor: file.tensors.append(file.tensors[3])
        case .nanWeights:
          file.tensors[1].bytes = file.tensors[1].bytes.map { _ in 0xFF }
        case .template: file["tokenizer.chat_template"] = .string("{% for x in %}")
        case .wrongTypes:
          file["tokenizer.ggml.tokens"] = .int32s(Array(repeating: 1, count: 258))
        case .tensorBeyondInt: file.tensors.append(.init(name: "x", shape: [1 << 61], bytes: []))
        case .layerBeyondInt:
          file.tensors.append(
            .init(name: "blk.9223372036854775807.x", shape: [1], bytes: [0, 0, 0, 0]))
        }
      }

      private func changeTokens(_ file: inout GGUFBuilder, _ change: (inout [[UInt8]]) -> Void) {
        guard case .strings(var tokens) = file["tokenizer.ggml.tokens"] else { return }
        change(&tokens)
        file["tokenizer.ggml.tokens"] = .strings(tokens)
      }
    }

    @Test("Odd contents never end the process", arguments: Oddity.allCases)
    func oddContents(oddity: Oddity) async throws {
      await #expect(processExitsWith: .success, "\(oddity) kills the process") {
        [oddity = oddity as Oddity] in
        try await TestFiles.withTemporaryFolder { folder in
          var file = GGUFBuilder.tinyModel()
          oddity.apply(&file)
          let path = folder + "/model-00001-of-00003.gguf"
          try file.write(path)
          do {
            let model = try await LlamaModel.load(path, options: .forTests)
            _ = try? await model.greedyTokens(after: [1, 2], count: 2)
            let text = try model.tokenizer.tokenize(Array("a b".utf8), parsesControl: true)
            print("\(oddity): loads,", text, (try? model.chatTemplate) as Any)
          } catch let error as LlamaError {
            print("\(oddity): \(error.code): \(error)")
          } catch let error as RESTAError {
            print("\(oddity): \(error.code): \(error)")
          }
          do {
            _ = try LlamaVocabulary(path: path)
          } catch let error as LlamaError {
            print("\(oddity), vocabulary: \(error.code): \(error)")
          } catch let error as RESTAError {
            print("\(oddity), vocabulary: \(error.code): \(error)")
          }
        }
      }
    }
  }
}
