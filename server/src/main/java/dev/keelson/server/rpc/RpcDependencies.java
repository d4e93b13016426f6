package dev.keelson.server.rpc;

import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.mvcc.ReadView;
import java.util.function.Supplier;

/**
 * What the services stand on.
 *
 * @param views opens a view of the newest state; the services close it
 * @param members as of the last applied entry
 */
public record RpcDependencies(
    ServerIdentity identity,
    Replica replica,
    Supplier<ReadView> views,
    Supplier<MemberTable> members,
    PhysicalCompaction compaction,
    StoreInsight store,
    LeadershipTransfer leadership,
    Clock clock) {}
