package dev.keelson.storage.mvcc;

import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random commands, and all that can be read afterwards, against a model without any cleverness. */
class MvccStoreDifferentialTest {
  private static final int BATCHES = 25;

  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 60);
  }

  static Stream<Arguments> runs() {
    return seeds()
        .boxed()
        .flatMap(
            seed ->
                Stream.of(TestEngines.values())
                    .filter(engine -> engine == TestEngines.MEMORY || seed % 4 == 0)
                    .map(engine -> Arguments.of(seed, engine)));
  }

  @ParameterizedTest(name = "seed {0} on {1}")
  @MethodSource("runs")
  void everyAnswerIsThatOfTheModel(long seed, TestEngines engine) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    var run = new StoreRun(engine.open(directory.resolve("store")));

    for (int batch = 0; batch < BATCHES; batch++) {
      int size = random.nextInt(6);
      for (int i = 0; i < size; i++) {
        run.submit(commands.command(run.model.revision));
      }
      run.commit();
      run.checkReads(random, commands);
      for (int i = random.nextInt(3); i > 0; i--) {
        run.store.compactor().step(1 + random.nextInt(4));
      }
      run.checkReads(random, commands);
      if (random.nextInt(5) == 0) {
        run.checkEveryRevision();
        run.checkCompacted();
      }
    }

    run.checkCompacted();
    run.store.close();
  }
}
