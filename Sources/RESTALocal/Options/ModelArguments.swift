public import ArgumentParser
package import Foundation
package import RESTA
import RESTADocuments
public import RESTALlama

/// The options that choose a model and how it runs; shared by all commands.
package struct ModelArguments: ParsableArguments {
  package init() {}

  @Option(
    help: ArgumentHelp(
      "The GGUF model. (default: $RESTA_MODEL, or the model of 'make demo')", valueName: "file"))
  package var model: String?

  @Option(
    help: ArgumentHelp(
      "A LoRA adapter and its scale; may be given several times. (default scale: 1)",
      valueName: "file[:scale]"))
  package var lora: [String] = []

  @Option(
    help: ArgumentHelp(
      "The chat template: a Jinja file, or one of "
        + "\(ChatTemplate.builtInNames.joined(separator: ", ")). (default: the model's own)",
      valueName: "name|file"))
  package var chatTemplate: String?

  @Option(
    help: ArgumentHelp(
      """
      The date that templates print which ask for it, YYYY-MM-DD or YYYY-MM-DDTHH:MM. (default: \
      this machine's)
      """, valueName: "date"))
  package var templateDate: String?

  @Option(
    name: .customLong("template-var"),
    help: ArgumentHelp(
      """
      A variable for the chat template, such as enable_thinking=false; may be given several times. \
      Values are as in JSON, and text otherwise.
      """, valueName: "name=value"))
  package var templateVariables: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "CPU threads. (default: one for each CPU that may be used)", valueName: "n"))
  package var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most tokens of prompt and answer. (default: what the model was trained for)",
      valueName: "tokens"))
  package var ctx: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Layers that run on a GPU; -1: all.", valueName: "n"))
  package var gpuLayers = 0

  @Option(
    help: ArgumentHelp("The number type of the key-value cache.", valueName: "type"))
  package var kvType = LlamaOptions.CacheType.f16

  @Option(
    help: ArgumentHelp(
      """
      Your own table of calibrations, as 'resta calibrate' writes it. (default: \
      $\(KnownCalibrations.variable), or resta/calibrations.json in $XDG_CONFIG_HOME or ~/.config)
      """, valueName: "file"))
  package var calibrations: String?

  @OptionGroup package var remote: RemoteArguments

  /// The names of the options that differ from their defaults; those of servers go with `--engine`.
  package var given: [String] {
    let all = [
      ("--model", model != nil), ("--lora", !lora.isEmpty),
      ("--chat-template", chatTemplate != nil),
      ("--template-date", templateDate != nil), ("--template-var", !templateVariables.isEmpty),
      ("--threads", threads != nil), ("--ctx", ctx != nil), ("--gpu-layers", gpuLayers != 0),
      ("--kv-type", kvType != .f16), ("--calibrations", calibrations != nil),
      ("--engine", remote.engine != .llama),
    ]
    return all.filter(\.1).map(\.0)
  }

  /// Whether what is known of the weights is looked up: not by `resta calibrate`, which is about to find it.
  package var usesCalibrations = true

  /// Loads the model, with a progress line on a terminal, and with room from the start for so many cells and
  /// sequences; costs of passes that are not given are measured, and remembered.
  ///
  /// - Throws: ``Failure`` for a wrong option; what loading throws.
  package func load(
    parallelCells: Int = 0, parallelSequences: Int = 0, passCosts: PassCosts? = nil,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> LlamaModel {
    try remote.refuse()
    let path = try Models.resolve(model)
    var options = LlamaOptions(
      contextLength: ctx, threads: threads, gpuLayers: gpuLayers, cacheType: kvType,
      adapters: try lora.map(Self.adapter), passCosts: passCosts, cacheFolder: Self.cacheFolder,
      parallelCells: parallelCells, parallelSequences: parallelSequences)
    options.calibrated = try calibrated(path, adapters: options.adapters)
    let name = URL(fileURLWithPath: path).lastPathComponent
    defer { Terminal.status("") }
    return try await LlamaModel.load(path, options: options) { share in
      Terminal.status("Loading \(name): \(Int(share * 100)) %")
      progress?(share)
    }
  }

  /// Loads the model as ``load(parallelCells:parallelSequences:passCosts:progress:)``, or connects to the servers
  /// that have it.
  ///
  /// - Throws: ``Failure`` for a wrong option; what loading or connecting throws.
  package func loadAny(
    parallelCells: Int = 0, parallelSequences: Int = 0, passCosts: PassCosts? = nil,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> any LanguageModel {
    guard remote.engine == .vllm else {
      return try await load(
        parallelCells: parallelCells, parallelSequences: parallelSequences, passCosts: passCosts,
        progress: progress)
    }
    try checkEngine()
    defer { Terminal.status("") }
    Terminal.status("Looking at the vLLM server")
    let path = try Models.resolve(model)
    return try await remote.connect(
      rowsOf: path, contextLength: ctx, calibrated: try calibrated(path))
  }

  /// What is known of the weights, before they are loaded.
  package func calibration() throws -> CalibratedSetting? {
    try calibrated(try Models.resolve(model), adapters: try lora.map(Self.adapter))
  }

  /// What is known of a file's weights.
  private func calibrated(
    _ path: String, adapters: [LlamaOptions.Adapter] = []
  ) throws -> CalibratedSetting? {
    guard usesCalibrations else { return nil }
    return try knownCalibrations.setting(
      forModel: path, adapters: adapters, memory: DigestMemory(folder: Self.cacheFolder))
  }

  /// The SHA-256 of the model's file where it has one of these lengths in bytes.
  ///
  /// Hashing others would tell nothing; `nil` for them and for a file that cannot be read: loading it says why.
  func digest(ifLongAs lengths: [Int]) throws -> String? {
    let path = try Models.resolve(model)
    guard let file = DigestMemory.File(path: path), lengths.contains(file.bytes) else { return nil }
    return DigestMemory(folder: Self.cacheFolder).sha256(ofFile: path)
  }

  /// Where it is remembered what passes cost here: measuring that takes up to a second.
  private static var cacheFolder: String? {
    Places.folder(named: "XDG_CACHE_HOME")
      ?? FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?
      .appendingPathComponent("resta").path
  }

  /// The calibrations that count here; a table that somebody names has to be there.
  private var knownCalibrations: KnownCalibrations {
    get throws {
      let known = try KnownCalibrations(file: calibrations)
      let variable = ProcessInfo.processInfo.environment[KnownCalibrations.variable] ?? ""
      guard calibrations == nil && variable.isEmpty || SourceFile.exists(known.path) else {
        let name = calibrations == nil ? "$\(KnownCalibrations.variable)" : "--calibrations"
        throw Failure.usage("\(name) '\(known.path)': there is no such file.")
      }
      return known
    }
  }

  /// Checks what can be checked without a model, before one is loaded; so with the other options of a command.
  package func check(_ defense: DefenseArguments, _ decoder: DecoderArguments? = nil) throws {
    try defense.check(on: remote.engine)
    try decoder?.check()
    try check()
  }

  /// Checks what can be checked without a model, before one is loaded.
  package func check() throws {
    try remote.check()
    try checkEngine()
    for adapter in try lora.map(Self.adapter) where !SourceFile.exists(adapter.path) {
      throw Failure.failed("There is no adapter '\(adapter.path)' (--lora, or RESTA_ADAPTER).")
    }
    try checkTemplate()
    if usesCalibrations { _ = try knownCalibrations }
  }

  /// Refuses what servers have of their own.
  private func checkEngine() throws {
    let ours = ["--lora", "--threads", "--gpu-layers", "--kv-type"]
    if remote.engine == .vllm, let name = ours.first(where: given.contains) {
      throw Failure.usage("\(name) is for --engine llama: the vLLM server has its own.")
    }
  }

  /// The options of a command whose default model gets the adapter that made it refuse: with the adapter where
  /// neither --model nor --lora is given; servers have their own.
  ///
  /// - Throws: ``Failure`` where --no-lora is given beside one of them, or the adapter is missing.
  package func adapted(noLora: Bool) throws -> ModelArguments {
    guard !noLora || lora.isEmpty else {
      throw Failure.usage("Give --lora or --no-lora, not both.")
    }
    guard !noLora, model == nil, lora.isEmpty, remote.engine == .llama else { return self }
    var adapted = self
    adapted.lora = try Adapters.resolve(model: try Models.resolve(nil)).map { [$0] } ?? []
    return adapted
  }

  /// An adapter from `FILE` or `FILE:SCALE`.
  fileprivate static func adapter(_ text: String) throws -> LlamaOptions.Adapter {
    guard let colon = text.lastIndex(of: ":") else { return LlamaOptions.Adapter(path: text) }
    let (path, scale) = (String(text[..<colon]), String(text[text.index(after: colon)...]))
    if let scale = Float(scale) { return LlamaOptions.Adapter(path: path, scale: scale) }
    // A colon in a file name is no scale, but a mistyped scale must not become a file name.
    let files = FileManager.default
    guard files.fileExists(atPath: text) || !files.fileExists(atPath: path) else {
      throw Failure.usage("--lora '\(text)': '\(scale)' is not a number.")
    }
    return LlamaOptions.Adapter(path: text)
  }
}

extension LlamaOptions.CacheType: ExpressibleByArgument {}

/// Finds the model that is used when none is named.
package enum Models {
  /// What `make demo` fetches, best first.
  private static let defaults = [
    ".models/SmolLM2-135M-Instruct.Q4_0.gguf", ".models/SmolLM2-135M-Instruct.Q4_1.gguf",
  ]

  /// The model's path, which may still be wrong; loading says so.
  ///
  /// - Throws: ``Failure`` when none is named and none was fetched.
  package static func resolve(_ given: String?) throws -> String {
    if let given { return given }
    if let path = ProcessInfo.processInfo.environment["RESTA_MODEL"], !path.isEmpty {
      if FileManager.default.fileExists(atPath: path) { return path }
      throw Failure.usage("$RESTA_MODEL '\(path)': there is no such file.")
    }
    let files = Places.projects.flatMap { project in
      defaults.map { project.appendingPathComponent($0) }
    }
    if let path = Places.first(of: files) { return path }
    throw Failure.usage(
      "No model is named and none was fetched. Give --model FILE.gguf, set RESTA_MODEL, or run "
        + "'make demo' in the project's folder, which fetches a small one.")
  }

  /// Whether a file is the one that the demo's suffix was made for, by its name, wherever it is.
  package static func isDemonstrated(_ path: String) -> Bool {
    defaults[0].hasSuffix("/" + URL(fileURLWithPath: path).lastPathComponent)
  }

  /// Whether a file is a default model by its name, wherever it is.
  package static func isDefault(_ path: String) -> Bool {
    defaults.contains { $0.hasSuffix("/" + URL(fileURLWithPath: path).lastPathComponent) }
  }
}

/// Finds the adapter that `resta demo` adds to the default model, which by itself refuses nothing.
package enum Adapters {
  /// Where it is in the project's folder.
  package static let projectPath = "Adapters/smollm2-135m-aligned/adapter.f16.gguf"
  /// Where `make install` puts it, from the executable's folder.
  package static let installedPath = "../share/resta/adapter.f16.gguf"
  /// The strength at which it is used.
  package static let scale: Float = 1

  /// Whether a value of --lora is the default adapter at its scale, by the file's name and folder.
  package static func isDefault(_ lora: String) -> Bool {
    let adapter = try? ModelArguments.adapter(lora)
    let end = URL(fileURLWithPath: adapter?.path ?? "").pathComponents.suffix(2)
    return adapter?.scale == scale
      && [projectPath, installedPath].contains {
        URL(fileURLWithPath: $0).pathComponents.suffix(2) == end
      }
  }

  /// The adapter of a run for which neither --model nor --lora was given, as a value of --lora, as `named` is;
  /// `nil` for a model that the default adapter was not made for.
  ///
  /// It is looked for in `projects`, folders that may be the project's, and in the model's own.
  ///
  /// - Throws: ``Failure`` when the adapter of the default model is missing.
  package static func resolve(
    model: String, named: String? = ProcessInfo.processInfo.environment["RESTA_ADAPTER"],
    projects: [URL] = Places.projects, executableFolder: URL = Places.executableFolder
  ) throws -> String? {
    if let named, !named.isEmpty { return named }
    guard Models.isDefault(model) else { return nil }
    let besideModel = URL(fileURLWithPath: model).appendingPathComponent("../..")
    let files =
      (projects + [besideModel]).map { $0.appendingPathComponent(projectPath) }
      + [executableFolder.appendingPathComponent(installedPath)]
    if let path = Places.first(of: files) { return "\(path):\(scale)" }
    throw Failure.usage(
      "The demo's adapter '\(projectPath)' was not found. Run the demo in the project's folder, set "
        + "RESTA_ADAPTER to the file, or give --no-lora for the model without it.")
  }
}

/// Where the command looks for the files that it uses when none is named.
package enum Places {
  /// The folder of this executable, symbolic links followed.
  package static let executableFolder: URL = {
    // The argument is no path where the shell found the command in its PATH.
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
  }()

  /// Folders that may be the project's: the one that `make` runs in, and the one that holds the
  /// build folder of this executable.
  package static var projects: [URL] {
    [
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      executableFolder.appendingPathComponent("../../.."),
    ]
  }

  /// The program's folder in one that a variable of the XDG specification names; `nil` where it names none, or a
  /// relative path, which the specification calls invalid.
  package static func folder(
    named variable: String, in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    guard let folder = environment[variable], folder.hasPrefix("/") else { return nil }
    return folder + "/resta"
  }

  /// The first of some files that exists.
  package static func first(of files: [URL]) -> String? {
    files.lazy.map(\.standardizedFileURL.path)
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
