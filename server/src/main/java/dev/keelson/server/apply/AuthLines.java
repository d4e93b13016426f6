package dev.keelson.server.apply;

import dev.keelson.api.command.AuthCommand;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.SafeName;

/** What the log file says of a change of users and roles (AU42). */
final class AuthLines {
  private AuthLines() {}

  static String of(AuthCommand command, AuthState next) {
    var what =
        switch (command.getChangeCase()) {
          case ENABLE -> "authentication is on";
          case DISABLE -> "authentication is off";
          case USER_ADD -> line("user added", command.getUserAdd().getName());
          case USER_DELETE -> line("user deleted", command.getUserDelete().getName());
          case USER_CHANGE_PASSWORD ->
              line("password changed", command.getUserChangePassword().getName());
          case USER_GRANT_ROLE ->
              line("role granted", command.getUserGrantRole().getUser())
                  + role(command.getUserGrantRole().getRole());
          case USER_REVOKE_ROLE ->
              line("role taken back", command.getUserRevokeRole().getName())
                  + role(command.getUserRevokeRole().getRole());
          case ROLE_ADD -> "role added" + role(command.getRoleAdd().getName());
          case ROLE_DELETE -> "role deleted" + role(command.getRoleDelete().getRole());
          case ROLE_GRANT_PERMISSION ->
              "permission granted" + role(command.getRoleGrantPermission().getName());
          case ROLE_REVOKE_PERMISSION ->
              "permission taken back" + role(command.getRoleRevokePermission().getRole());
          case LOGIN, CHANGE_NOT_SET -> "nothing changed";
        };
    return what + " auth_revision=" + Long.toUnsignedString(next.revision());
  }

  private static String line(String what, String user) {
    return what + " user=" + SafeName.of(user);
  }

  private static String role(String name) {
    return " role=" + SafeName.of(name);
  }
}
