namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Decides what to do with the marker that is found where a restart marker should be.</summary>
/// <remarks>Behaves like <c>jpeg_resync_to_restart</c> of libjpeg-turbo 2.1.5, which Pillow uses.</remarks>
internal static class RestartMarker
{
    /// <summary>Takes the expected marker, or applies libjpeg's rules to another one.</summary>
    /// <param name="input">The input with a pending marker. It is still pending afterwards if the segment is to be taken as empty.</param>
    /// <param name="expected">The expected restart marker's number, 0 to 7.</param>
    public static void Resynchronize(JpegInput input, int expected)
    {
        while (true)
        {
            int marker = input.PendingMarker;
            if (marker is >= JpegMarker.Rst0 and <= JpegMarker.Rst7)
            {
                int ahead = (marker - JpegMarker.Rst0 - expected) & 7;
                if (ahead is 1 or 2)
                {
                    return;
                }

                if (ahead is not (6 or 7))
                {
                    input.PendingMarker = 0;
                    return;
                }
            }
            else if (marker >= JpegMarker.Sof0)
            {
                return;
            }

            input.PendingMarker = 0;
            input.FindMarker();
        }
    }
}
