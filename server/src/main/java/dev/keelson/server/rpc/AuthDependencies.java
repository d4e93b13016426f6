package dev.keelson.server.rpc;

import dev.keelson.server.auth.AuthBoard;
import dev.keelson.server.auth.PasswordDesk;
import dev.keelson.server.auth.Tokens;

/** What it takes to find out who calls, and what the Auth service stands on. */
public record AuthDependencies(AuthBoard board, Tokens tokens, PasswordDesk passwords) {}
