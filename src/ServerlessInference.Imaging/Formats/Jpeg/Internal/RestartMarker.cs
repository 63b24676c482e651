namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Handles the marker that is found where a restart marker is expected.</summary>
/// <remarks>
/// Restart markers are numbered 0 to 7 in turn, which shows how many were lost. The rules are those of <c>jpeg_resync_to_restart</c> in
/// libjpeg-turbo 2.1.5, which Pillow uses.
/// </remarks>
internal static class RestartMarker
{
    /// <summary>Consumes the expected marker, or applies libjpeg's rules to a different one.</summary>
    /// <param name="input">
    /// The input, which has a pending marker. If the marker is still pending afterwards, the segment is treated as empty.
    /// </param>
    /// <param name="expected">The number of the expected restart marker, 0 to 7.</param>
    public static void Resynchronize(JpegInput input, int expected)
    {
        while (true)
        {
            int marker = input.PendingMarker;
            if (marker is >= JpegMarker.Rst0 and <= JpegMarker.Rst7)
            {
                // One or two markers ahead: the data of this segment was lost. The marker belongs to a later segment and stays pending.
                int ahead = (marker - JpegMarker.Rst0 - expected) & 7;
                if (ahead is 1 or 2)
                {
                    return;
                }

                // The expected marker, or one so far off that it is best treated like the expected one.
                if (ahead is not (6 or 7))
                {
                    input.PendingMarker = 0;
                    return;
                }

                // One or two markers behind: an old segment, which is skipped below.
            }
            else if (marker >= JpegMarker.Sof0)
            {
                // A different marker, such as the end of the image: there is no further data in this scan.
                return;
            }

            input.PendingMarker = 0;
            input.FindMarker();
        }
    }
}
