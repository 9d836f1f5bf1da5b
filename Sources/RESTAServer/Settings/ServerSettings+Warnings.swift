import RESTA

extension ServerSettings {
  /// Combinations of settings that are allowed but risky, as sentences for the operator.
  ///
  /// - Parameter hasKeys: Whether an API key is needed to ask.
  /// - Returns: The sentences, the gravest first; empty for the defaults.
  public func warnings(hasKeys: Bool) -> [String] {
    var warnings: [String] = []
    if defense.isOff {
      warnings.append(
        "The defence is off: a request that asks for nothing else is answered without any"
          + " (defense.noise, defense.sigma, defense.prefix).")
    }
    if defense.sticky, client.opensRetries {
      warnings.append(
        "Noise is sticky, and clients may change it all the same by choosing another noise, sigma, k"
          + " or l, or a temperature above 0 (client).")
    }
    guard !listen.isLoopback else { return warnings }
    if !hasKeys {
      warnings.append(
        "Anybody who reaches \(listen.host) may ask: give API keys (keys.file or $RESTA_API_KEYS),"
          + " or listen on 127.0.0.1.")
    } else if listen.tlsCertificate == nil {
      warnings.append(
        "API keys and prompts cross the network unencrypted: give listen.tls_certificate and"
          + " listen.tls_key, or listen on 127.0.0.1 behind a proxy that has them.")
    }
    if client.off {
      warnings.append(
        "Clients on the network may switch the defence off (client.off), and so may an attacker.")
    }
    if !client.off, client.sigma.min == 0 {
      warnings.append(
        "Clients on the network may choose noise so weak that it defends nothing (client.sigma.min)."
      )
    }
    if client.expose == .votes {
      warnings.append(
        "Clients on the network may see votes (client.expose): their margins tell an attacker which"
          + " of two prompts is nearer to success.")
    }
    if client.logprobs {
      warnings.append(
        "Clients on the network may see log-probabilities (client.logprobs), which tell an attacker"
          + " as much as votes do.")
    }
    return warnings
  }
}

extension ServerSettings.Client {
  /// Whether asking for the same prompt with another choice is another try.
  fileprivate var opensRetries: Bool {
    let none = ServerSettings.Client()
    return !noise.isEmpty || sigma != none.sigma || samples != none.samples
      || prefix != none.prefix || temperature > 0
  }
}

extension ServerSettings.Defense {
  /// Whether no noise is added to anything, or nothing is voted on.
  fileprivate var isOff: Bool {
    noise == NoiseKind.none || sigma == 0 || self.prefix == .tokens(0)
  }
}
