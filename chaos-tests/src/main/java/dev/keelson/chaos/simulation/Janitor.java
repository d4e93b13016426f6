package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmResponse;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.UnaryHandler;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes room when a member is full (Q5), and now and then closes the store by an alarm of its own:
 * from the moment that is certain until it is taken back nobody may put anything (Q3). Each closing
 * has an id that never comes again, so that what is still under way of one changes nothing of the
 * next.
 */
final class Janitor implements Client {
  private static final long ROUND_NANOS = 700_000_000;
  private static final long FIRST_ID = 0x5150_0000L;

  private final World world;
  private final Chance chance;
  private long closings;
  private long closed;
  private boolean gone;

  Janitor(World world, Chance chance) {
    this.world = world;
    this.chance = chance;
  }

  /** Which closing is certainly in force; 0 if none is. */
  long closed() {
    return closed;
  }

  @Override
  public void leave() {
    gone = true;
  }

  @Override
  public void begin() {
    if (gone) {
      return;
    }
    world.timeline().plan(chance.delay(ROUND_NANOS), World.CLIENTS, this::look);
  }

  @Override
  public boolean isUpToDate() {
    return true;
  }

  @Override
  public String describe() {
    return "janitor, " + closings + " closings";
  }

  private void look() {
    if (chance.happens(0.3) && !world.faultsAreOver()) {
      close();
    } else {
      alarm(
          AlarmAction.GET,
          0,
          found -> {
            if (found.isEmpty()) {
              begin();
            } else {
              empty(found);
            }
          });
    }
  }

  private void close() {
    long number = ++closings;
    alarm(
        AlarmAction.ACTIVATE,
        FIRST_ID + number,
        _ -> {
          closed = number;
          world.count("stores closed by an alarm");
          begin();
        });
  }

  /** Whatever is missed of this is done in the next round. */
  private void empty(List<AlarmMember> found) {
    var all =
        DeleteRangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setRangeEnd(ByteString.copyFromUtf8("l"))
            .build();
    world.count("stores found closed");
    this.<DeleteRangeRequest, DeleteRangeResponse>call(
        life -> life.services().deleteRange(),
        all,
        deleted -> {
          var compaction =
              CompactionRequest.newBuilder()
                  .setRevision(deleted.getHeader().getRevision())
                  .setPhysical(chance.happens(0.7))
                  .build();
          this.<CompactionRequest, CompactionResponse>call(
              life -> life.services().compact(),
              compaction,
              _ -> open(found, 0),
              () -> open(found, 0));
        },
        this::begin);
  }

  private void open(List<AlarmMember> found, int at) {
    if (at == found.size()) {
      begin();
      return;
    }
    closed = 0;
    alarm(
        AlarmAction.DEACTIVATE,
        found.get(at).getMemberID(),
        _ -> {
          world.count("stores opened");
          open(found, at + 1);
        });
  }

  private void alarm(AlarmAction action, long id, Consumer<List<AlarmMember>> heard) {
    var request = AlarmRequest.newBuilder().setAction(action).setMemberID(id);
    if (action != AlarmAction.GET) {
      request.setAlarm(AlarmType.NOSPACE);
    }
    this.<AlarmRequest, AlarmResponse>call(
        life -> life.services().alarm(),
        request.build(),
        response -> heard.accept(response.getAlarmsList()),
        this::begin);
  }

  /** Where a service is found. */
  @FunctionalInterface
  private interface Service<Q, R> {
    UnaryHandler<Q, R> at(MemberLife life);
  }

  /** Of any member; when the others stay dead, of those that are left, for time is short then. */
  private <Q, R> void call(
      Service<Q, R> service, Q request, Consumer<R> heard, Runnable otherwise) {
    var there =
        world.members().stream()
            .filter(each -> !world.faultsAreOver() || each.life().isPresent())
            .toList();
    var member = there.isEmpty() ? Optional.<MemberLife>empty() : chance.oneOf(there).life();
    if (member.isEmpty()) {
      otherwise.run();
      return;
    }
    var handler = service.at(member.get());
    new SimulatedCall<R>(
            world,
            member.get(),
            reply -> {
              if (reply instanceof Reply.Success<R>(var response)) {
                heard.accept(response);
              } else {
                otherwise.run();
              }
            })
        .begin(call -> handler.handle(request, call, call));
  }
}
