package dev.keelson.server.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.command.MemberChange;
import dev.keelson.api.command.MemberTableRecord;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.MemberTableCodec;
import dev.keelson.storage.mvcc.MvccStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The members as of the last applied entry, kept in the store: names and addresses, and the
 * consensus' configuration. The apply thread changes it, anyone reads the table.
 */
public final class MemberRegister {
  private static final Bytes KEY = Bytes.wrap("members".getBytes(StandardCharsets.UTF_8));

  private volatile State state;
  private volatile Consumer<MemberTable> listener = table -> {};

  /**
   * What is stored.
   *
   * @param pending a command whose change waits for the end of joint consensus; empty if none does
   */
  private record State(MemberTable table, Configuration configuration, ByteString pending) {}

  /** A change that has taken effect, and the request that asked for it. */
  record Done(long requestId, MemberTable table) {}

  private MemberRegister(State state) {
    this.state = state;
  }

  /** The register of a store that was started before; empty if it never was. */
  public static Optional<MemberRegister> load(MvccStore store) {
    return store.getMeta(KEY).map(record -> new MemberRegister(decode(record)));
  }

  /** Writes the first table into the store's open batch. */
  public static MemberRegister create(MvccStore store, MemberTable table) {
    var register = new MemberRegister(new State(table, configurationOf(table), ByteString.EMPTY));
    register.write(store, register.state);
    return register;
  }

  public MemberTable table() {
    return state.table;
  }

  /** The configuration in force at the last applied entry. */
  public Configuration configuration() {
    return state.configuration;
  }

  /** Tells this one of every table by which members have come or gone, on the apply thread. */
  public void whenChanged(Consumer<MemberTable> newListener) {
    listener = newListener;
  }

  /** The table is visible to all. */
  void announce() {
    listener.accept(state.table);
  }

  /** Takes over what the store holds, after a snapshot was installed. */
  void reload(MvccStore store) {
    state = decode(store.getMeta(KEY).orElseThrow());
  }

  void replace(MvccStore store, Member member) {
    write(store, new State(state.table.with(member), state.configuration, state.pending));
  }

  /**
   * A configuration entry is committed. Its change takes effect at once, or when joint consensus is
   * left: until then the group may still need who leaves.
   *
   * @param note the command that asked for the change; empty in its later steps
   */
  Optional<Done> configure(MvccStore store, Configuration configuration, Bytes note) {
    var asked = note.isEmpty() ? state.pending : ByteString.copyFrom(note.toArray());
    var table = state.table.atVersion(configuration.version());
    if (configuration.isJoint()) {
      write(store, new State(table, configuration, asked));
      return Optional.empty();
    }
    if (asked.isEmpty()) {
      write(store, new State(table, configuration, ByteString.EMPTY));
      return Optional.empty();
    }
    var command = CommandCodec.decode(Bytes.wrap(asked.toByteArray()));
    var changed = changed(table, command.getMemberChange());
    write(store, new State(changed, configuration, ByteString.EMPTY));
    return Optional.of(new Done(command.getRequestId(), changed));
  }

  /** Whether it may be was asked before it was proposed, on a table of the version before. */
  private static MemberTable changed(MemberTable table, MemberChange change) {
    return switch (change.getChangeCase()) {
      case ADD -> table.with(MemberTableCodec.decode(change.getAdd()));
      case REMOVE -> table.without(change.getRemove());
      case PROMOTE ->
          table.find(change.getPromote()).map(member -> table.with(member.asVoter())).orElse(table);
      case UPDATE ->
          table
              .find(change.getUpdate().getMemberId())
              .map(member -> table.with(member.withPeerUrls(change.getUpdate().getPeerUrlsList())))
              .orElse(table);
      case CHANGE_NOT_SET ->
          throw new IllegalStateException(
              "a committed change of the members is of a kind that this version does not know");
    };
  }

  private void write(MvccStore store, State next) {
    state = next;
    store.putMeta(
        KEY,
        Bytes.wrap(
            MemberTableCodec.encode(next.table)
                .setConfiguration(
                    ByteString.copyFrom(ConfigurationCodec.encode(next.configuration).toArray()))
                .setPending(next.pending)
                .build()
                .toByteArray()));
  }

  private static State decode(Bytes bytes) {
    try {
      var record = MemberTableRecord.parseFrom(bytes.toArray());
      if (record.getConfiguration().isEmpty()) {
        var table = MemberTableCodec.decode(record, 0);
        return new State(table, configurationOf(table), ByteString.EMPTY);
      }
      var configuration =
          ConfigurationCodec.decode(Bytes.wrap(record.getConfiguration().toByteArray()));
      return new State(
          MemberTableCodec.decode(record, configuration.version()),
          configuration,
          record.getPending());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the stored member table cannot be read", e);
    }
  }

  /** The configuration that a table stands for when no change is under way. */
  public static Configuration configurationOf(MemberTable table) {
    return new Configuration(
        table.version(),
        table.voters().stream().map(Member::id).toList(),
        List.of(),
        table.learners().stream().map(Member::id).toList(),
        List.of());
  }
}
