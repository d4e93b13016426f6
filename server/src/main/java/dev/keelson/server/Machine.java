package dev.keelson.server;

import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.server.space.FileSystemSpace;
import dev.keelson.server.transport.PeerFilter;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.mvcc.engine.RocksEngines;
import dev.keelson.storage.work.WorkerThreads;
import dev.keelson.storage.work.Workers;
import java.util.List;

/**
 * What a member uses of the machine that it runs on. Members that are embedded in another program
 * are given something else in its place, such as a disk in memory.
 *
 * @param space of the disk
 * @param peers between the member and the network
 */
public record Machine(
    MemberTuning tuning,
    Workers workers,
    Disk disk,
    EngineFactory engines,
    DiskSpace space,
    PeerFilter peers) {

  /** Threads, the file system, RocksDB and the network, for a member that has the JVM to itself. */
  public static Machine own(ServerConfig config) {
    return shared(config, Runtime.getRuntime().maxMemory(), new WorkerThreads(), PeerFilter.OPEN);
  }

  /** The file system and RocksDB, for one member of several in the JVM. */
  public static Machine shared(
      ServerConfig config, long heapBytes, Workers workers, PeerFilter peers) {
    return new Machine(
        MemberTuning.of(heapBytes),
        workers,
        new PosixDisk(),
        new RocksEngines(MemberStorage.engineConfig(config)),
        new FileSystemSpace(List.of(config.identity().dataDir(), config.identity().walDir())),
        peers);
  }
}
