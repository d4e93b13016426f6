package dev.keelson.chaos.simulation;

import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.raft.Message;
import dev.keelson.server.rpc.RpcDependencies;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.mvcc.engine.EngineFactory;

/** A bug that is planted in every member of a run, to prove that the simulation finds it (2.7). */
interface Planted {
  Planted NOTHING = new Planted() {};

  /** What the member says instead. */
  default Message said(MemberLife by, Message message) {
    return message;
  }

  /** Who serves a client that watches. */
  default StreamHandler<WatchRequest, WatchResponse> watch(
      MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
    return sound;
  }

  /** Who serves a client that keeps a lease alive. */
  default StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive(
      StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> sound) {
    return sound;
  }

  /** What the member keeps its state in. */
  default EngineFactory engines(SimulatedMember by, EngineFactory sound) {
    return sound;
  }

  /** What a member's services stand on, which was opened just now. */
  default RpcDependencies parts(MemberLife by, RpcDependencies sound) {
    return sound;
  }

  /** What becomes of the disk's operations while no other fault is under way. */
  default FaultPlan disk() {
    return FaultPlan.NONE;
  }
}
