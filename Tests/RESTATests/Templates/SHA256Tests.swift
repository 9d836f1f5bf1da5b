import RESTATesting
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "digests are those of FIPS 180-4's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(_ text: String, _ expected: String) {
    #expect(SHA256.hexadecimal(of: text) == expected)
  }

  @Test("padding is right at every length around a block's end")
  func padding() {
    // hashlib.sha256(b"".join(hashlib.sha256(b"a" * n).digest() for n in range(130))).hexdigest()
    let digests = (0..<130).flatMap { SHA256.digest(of: repeatElement(UInt8(0x61), count: $0)) }
    #expect(
      SHA256.hexadecimal(of: digests)
        == "39a48225ae6069c68f7c9f867bf47f4a2e188c3903dd919926b8259a73ecada5")
  }
}
