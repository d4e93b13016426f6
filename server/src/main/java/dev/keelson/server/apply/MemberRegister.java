package dev.keelson.server.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.command.MemberRecord;
import dev.keelson.api.command.MemberTableRecord;
import dev.keelson.raft.Bytes;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.mvcc.MvccStore;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The members as of the last applied entry, kept in the store. The apply thread replaces the table,
 * anyone reads it.
 */
public final class MemberRegister {
  private static final Bytes KEY = Bytes.wrap("members".getBytes(StandardCharsets.UTF_8));

  private volatile MemberTable table;

  private MemberRegister(MemberTable table) {
    this.table = table;
  }

  /** The register of a store that was started before; empty if it never was. */
  public static Optional<MemberRegister> load(MvccStore store) {
    return store.getMeta(KEY).map(record -> new MemberRegister(decode(record)));
  }

  /** Writes the first table into the store's open batch. */
  public static MemberRegister create(MvccStore store, MemberTable table) {
    store.putMeta(KEY, encode(table));
    return new MemberRegister(table);
  }

  public MemberTable table() {
    return table;
  }

  /** Takes over what the store holds, after a snapshot was installed. */
  void reload(MvccStore store) {
    table = decode(store.getMeta(KEY).orElseThrow());
  }

  void replace(MvccStore store, Member member) {
    table = table.with(member);
    store.putMeta(KEY, encode(table));
  }

  private static Bytes encode(MemberTable table) {
    var record = MemberTableRecord.newBuilder().setClusterId(table.clusterId());
    for (var member : table.members()) {
      record.addMembers(
          MemberRecord.newBuilder()
              .setMemberId(member.id())
              .setName(member.name())
              .addAllPeerUrls(member.peerUrls())
              .addAllClientUrls(member.clientUrls())
              .setIsLearner(member.learner()));
    }
    return Bytes.wrap(record.build().toByteArray());
  }

  private static MemberTable decode(Bytes bytes) {
    try {
      var record = MemberTableRecord.parseFrom(bytes.toArray());
      return new MemberTable(
          record.getClusterId(),
          record.getMembersList().stream()
              .map(
                  member ->
                      new Member(
                          member.getMemberId(),
                          member.getName(),
                          member.getPeerUrlsList(),
                          member.getClientUrlsList(),
                          member.getIsLearner()))
              .toList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the stored member table cannot be read", e);
    }
  }
}
