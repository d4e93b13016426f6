package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.time.Clock;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.storage.mvcc.ReadView;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the services stand on.
 *
 * @param views opens a view of the newest state; the services close it
 * @param members as of the last applied entry
 * @param alarms as of the last applied entry
 * @param failure hears of damage that a read has found
 */
public record RpcDependencies(
    ServerIdentity identity,
    Replica replica,
    Supplier<ReadView> views,
    Supplier<MemberTable> members,
    PhysicalCompaction compaction,
    StoreInsight store,
    LeadershipTransfer leadership,
    Quota quota,
    Supplier<List<AlarmMember>> alarms,
    MemberFailure failure,
    Reconfiguration reconfiguration,
    WatchHub watch,
    Clock clock,
    Monitoring monitoring,
    LeaseDependencies leases,
    AuthDependencies auth) {}
