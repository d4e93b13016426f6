package dev.keelson.server.auth;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.api.command.AuthRecord;
import dev.keelson.raft.Bytes;
import java.util.List;
import java.util.TreeMap;

/** The state as the store keeps it: the same bytes for the same state. */
public final class AuthCodec {
  private AuthCodec() {}

  public static Bytes encode(AuthState state) {
    var record =
        AuthRecord.newBuilder()
            .setEnabled(state.enabled())
            .setRevision(state.revision())
            .setIndex(state.version());
    for (var user : state.users().values()) {
      record
          .addUsersBuilder()
          .setName(user.name())
          .setPasswordHash(user.passwordHash())
          .setNoPassword(user.noPassword())
          .addAllRoles(user.roles());
    }
    for (var role : state.roles().values()) {
      var written = record.addRolesBuilder().setName(role.name());
      role.permissions().forEach(permission -> written.addPermissions(wireOf(permission)));
    }
    return Bytes.wrap(record.build().toByteArray());
  }

  /**
   * What was encoded.
   *
   * @throws IllegalStateException if it was not
   */
  public static AuthState decode(Bytes bytes) {
    try {
      return decode(AuthRecord.parseFrom(bytes.toArray()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the stored users and roles cannot be read", e);
    }
  }

  private static AuthState decode(AuthRecord record) {
    var users = new TreeMap<String, User>(Names.ORDER);
    for (var user : record.getUsersList()) {
      users.put(
          user.getName(),
          new User(
              user.getName(), user.getPasswordHash(), user.getNoPassword(), user.getRolesList()));
    }
    var roles = new TreeMap<String, Role>(Names.ORDER);
    for (var role : record.getRolesList()) {
      roles.put(role.getName(), new Role(role.getName(), permissions(role)));
    }
    return new AuthState(
        record.getEnabled(), record.getRevision(), record.getIndex(), users, roles);
  }

  private static List<Permission> permissions(AuthRecord.RoleRecord role) {
    return role.getPermissionsList().stream().map(AuthCodec::permissionOf).toList();
  }

  static Permission permissionOf(dev.keelson.api.authpb.Permission wire) {
    var kind =
        switch (wire.getPermType()) {
          case WRITE -> Permission.Kind.WRITE;
          case READWRITE -> Permission.Kind.READWRITE;
          case READ, UNRECOGNIZED -> Permission.Kind.READ;
        };
    return new Permission(
        kind,
        Bytes.wrap(wire.getKey().toByteArray()),
        Bytes.wrap(wire.getRangeEnd().toByteArray()));
  }

  /** As clients see it. */
  public static dev.keelson.api.authpb.Permission wireOf(Permission permission) {
    var type =
        switch (permission.kind()) {
          case READ -> dev.keelson.api.authpb.Permission.Type.READ;
          case WRITE -> dev.keelson.api.authpb.Permission.Type.WRITE;
          case READWRITE -> dev.keelson.api.authpb.Permission.Type.READWRITE;
        };
    return dev.keelson.api.authpb.Permission.newBuilder()
        .setPermType(type)
        .setKey(UnsafeByteOperations.unsafeWrap(permission.key().toArray()))
        .setRangeEnd(UnsafeByteOperations.unsafeWrap(permission.rangeEnd().toArray()))
        .build();
  }
}
