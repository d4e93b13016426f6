package dev.keelson.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyRecordComesBackAsItWas(long seed) {
    var random = new Random(seed);
    RecordType type = RecordType.of(1 + random.nextInt(4));
    var payload = new byte[random.nextInt(300)];
    random.nextBytes(payload);
    long offset = random.nextLong(1L << 32);
    long index = random.nextLong();
    long term = random.nextLong();
    int previous = random.nextInt();
    long durableEnd = random.nextLong(1L << 32);
    int entryType = random.nextInt(4);
    var codec = new RecordCodec(IDENTITY, seed);
    codec.begin(type, entryType, index, term).payload(Bytes.wrap(payload));
    int checksum = codec.end(offset, previous, durableEnd);
    ByteBuffer bytes = record(codec, payload);

    RecordHeader decoded = new RecordCodec(IDENTITY, seed).decode(bytes, offset).orElseThrow();

    assertThat(decoded)
        .isEqualTo(
            new RecordHeader(
                type,
                entryType,
                payload.length,
                decoded.payloadChecksum(),
                previous,
                durableEnd,
                index,
                term,
                checksum));
    assertThat(decoded.recordBytes()).isEqualTo(bytes.capacity());
    assertThat(codec.matchesPayload(decoded, bytes.position(RecordHeader.BYTES))).isTrue();
  }

  @Test
  void everyBitOfARecordCounts() {
    var payload = new byte[] {1, 2, 3};
    var codec = new RecordCodec(IDENTITY, 1);
    codec.begin(RecordType.ENTRY, 1, 7, 3).payload(Bytes.wrap(payload));
    codec.end(4096, 99, 128);
    ByteBuffer bytes = record(codec, payload);
    for (int bit = 0; bit < bytes.capacity() * 8; bit++) {
      byte intact = bytes.get(bit / 8);
      bytes.put(bit / 8, (byte) (intact ^ 1 << bit % 8));
      boolean accepted =
          codec
              .decode(bytes.position(0), 4096)
              .filter(header -> codec.matchesPayload(header, bytes.position(RecordHeader.BYTES)))
              .isPresent();
      bytes.put(bit / 8, intact);
      assertThat(accepted).as("bit %d", bit).isFalse();
    }
  }

  @Test
  void recordCountsOnlyWhereItWasWritten() {
    var codec = new RecordCodec(IDENTITY, 1);
    codec.begin(RecordType.ENTRY, 1, 7, 3);
    codec.end(4096, 99, 128);
    ByteBuffer bytes = record(codec, new byte[0]);

    assertThat(codec.decode(bytes, 4096)).isPresent();
    assertThat(codec.decode(bytes, 4104)).isEmpty();
    assertThat(new RecordCodec(IDENTITY, 2).decode(bytes, 4096)).isEmpty();
    assertThat(new RecordCodec(new WalIdentity(0xc2, 0x1), 1).decode(bytes, 4096)).isEmpty();
    assertThat(new RecordCodec(new WalIdentity(0xc1, 0x2), 1).decode(bytes, 4096)).isEmpty();
  }

  @Test
  void zerosAreNoRecord() {
    var codec = new RecordCodec(IDENTITY, 1);

    assertThat(codec.decode(ByteBuffer.allocate(RecordHeader.BYTES), 0)).isEmpty();
  }

  @Test
  void segmentHeaderComesBackAsItWas() {
    var header =
        new SegmentHeader(
            IDENTITY, 5, new LogPosition(3, 77), new HardState(4, 2, 70), true, 1 << 20, -9);

    assertThat(SegmentHeader.decode(ByteBuffer.wrap(header.encode())))
        .isEqualTo(new SegmentHeader.Reading.Valid(header));
    assertThat(SegmentName.parse(header.name().fileName())).contains(new SegmentName(5, 78));
  }

  @Test
  void everyBitOfASegmentHeaderCounts() {
    var header =
        new SegmentHeader(
            IDENTITY, 5, new LogPosition(3, 77), new HardState(4, 2, 70), false, 1 << 20, -9);
    for (int bit = 0; bit < SegmentHeader.BYTES * 8; bit++) {
      byte[] flipped = header.encode();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(SegmentHeader.decode(ByteBuffer.wrap(flipped)))
          .as("bit %d", bit)
          .isNotInstanceOf(SegmentHeader.Reading.Valid.class);
    }
  }

  private static ByteBuffer record(RecordCodec codec, byte[] payload) {
    ByteBuffer bytes = ByteBuffer.allocate((int) RecordHeader.recordBytes(payload.length));
    bytes.put(codec.headerBytes(), 0, RecordHeader.BYTES).put(payload);
    return bytes.position(0);
  }
}
