@rem The `latchkey` command of the packaged app on Windows: a script waits for a program that has windows, as a prompt does not.
@"%~dp0..\..\Latchkey.exe" %*
