import RESTADocuments
import Testing

@Suite("Digests and codes")
struct DigestTests {
  @Test(
    "are the standard's",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func knownAnswers(text: String, digest: String) {
    #expect(Digest.sha256(of: text) == digest)
  }

  @Test("of a million bytes are the standard's, however they are cut")
  func pieces() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for size in [1_000_000, 63, 64, 65, 4_096] {
      var hash = SHA256()
      var rest = bytes[...]
      while !rest.isEmpty {
        hash.update(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(Digest.hexadecimal(hash.finalized()) == expected, "in pieces of \(size)")
    }
  }

  @Test("of every length around a block's end are those of the bytes added one by one")
  func lengths() {
    for length in 0..<200 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      var hash = SHA256()
      for byte in bytes { hash.update([byte]) }
      #expect(Digest.bytes(of: bytes) == hash.finalized(), "\(length) bytes")
    }
  }

  // RFC 4231, test cases 1, 2, 6 and 7.
  @Test(
    "under a secret are RFC 4231's",
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131),
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131),
        "This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ])
  func codes(key: [UInt8], message: String, code: String) {
    let bytes = Digest.authenticationCode(of: Array(message.utf8), key: key)
    #expect(Digest.hexadecimal(bytes) == code)
  }

  @Test("are equal when every byte is")
  func equality() {
    let digest = Digest.bytes(of: [1, 2, 3])
    #expect(Digest.areEqual(digest, digest))
    #expect(!Digest.areEqual(digest, Array(digest.dropLast())))
    for index in digest.indices {
      var other = digest
      other[index] ^= 0x80
      #expect(!Digest.areEqual(digest, other))
    }
  }
}
